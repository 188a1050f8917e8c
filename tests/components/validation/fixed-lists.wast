;; Binary.md, Type Definitions: fixed lengths, and the bound on the size of values that they reach.

;; lists of a fixed length have one
(component definition (type (list u8 1)))
(assert_invalid (component (type (list u8 0))) "ixed-length lists must have")

;; elem_size: below 2^28, with pointers of 64 bits
(component definition (type (list u8 268435455)))
(assert_invalid (component (type (list u8 268435456))) "exceeds maximum byte size")
(component definition (type (list string 16777215)))
(assert_invalid (component (type (list string 16777216))) "exceeds maximum byte size")
(assert_invalid (component (type (list u64 33554431)) (type (tuple 0 u64))) "exceeds maximum byte size")
(component definition (type (list u64 33554430)) (type (tuple 0 u8)))
