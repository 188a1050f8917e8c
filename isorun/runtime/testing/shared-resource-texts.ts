/** Components that share a resource: who defines it, who imports it and exports it again, and who is linked to both. */
import { countingDestructor } from "./counting-destructor.ts";

/** Defines `r`, and counts what its destructor was given. */
export const definer = (name: string): string => `(component
  (component $inner
    ${countingDestructor}
    (core func $rep (canon resource.rep $r'))
    (core func $drop (canon resource.drop $r'))
    (core module $m
      (import "" "rep" (func $rep (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "look") (param i32) (result i32) (local.get 0))
      (func (export "take") (param i32) (result i32)
        (call $rep (local.get 0)) (call $drop (local.get 0))))
    (core instance $m (instantiate $m (with "" (instance (export "rep" (func $rep)) (export "drop" (func $drop))))))
    (func (export "make") (param "n" u32) (result (own $r)) (canon lift (core func $new)))
    (func (export "look") (param "r" (borrow $r)) (result u32) (canon lift (core func $m "look")))
    (func (export "take") (param "r" (own $r)) (result u32) (canon lift (core func $m "take")))
    (func (export "destroyed") (result u32) (canon lift (core func $dtor "destroyed"))))
  (instance $inner (instantiate $inner))
  (export "${name}" (instance $inner)))`;

/** Serves the interface `a:b/api` by what it imports, which it exports again. */
const middleThatExports = (types: string): string => `(component
  (import "a:a/types" (instance $types
    (export "r" (type $r (sub resource)))
    (export "make" (func (param "n" u32) (result (own $r))))
    (export "look" (func (param "r" (borrow $r)) (result u32)))
    (export "take" (func (param "r" (own $r)) (result u32)))))
  (alias export $types "r" (type $r))
  (core func $make (canon lower (func $types "make")))
  (core func $look (canon lower (func $types "look")))
  (core func $drop (canon resource.drop $r))
  (core module $m
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "look" (func $look (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (global $kept (mut i32) (i32.const 0))
    (func (export "open") (param i32) (result i32) (call $make (local.get 0)))
    (func (export "peek") (param i32) (result i32)
      (call $look (local.get 0)) (call $drop (local.get 0)))
    (func (export "forget") (param i32))
    (func (export "both") (param i32 i32))
    (func (export "keep") (param i32) (global.set $kept (local.get 0)))
    (func (export "give") (result i32) (global.get $kept)))
  (core instance $i (instantiate $m (with "" (instance
    (export "make" (func $make)) (export "look" (func $look)) (export "drop" (func $drop))))))
  (func $open (param "n" u32) (result (own $r)) (canon lift (core func $i "open")))
  (func $peek (param "r" (borrow $r)) (result u32) (canon lift (core func $i "peek")))
  (func $forget (param "r" (borrow $r)) (canon lift (core func $i "forget")))
  (func $both (param "b" (borrow $r)) (param "o" (own $r)) (canon lift (core func $i "both")))
  (func $keep (param "r" (own $r)) (canon lift (core func $i "keep")))
  (func $give (result (own $r)) (canon lift (core func $i "give")))
  (instance $api
    (export "r" (type $r)) (export "open" (func $open)) (export "peek" (func $peek)) (export "forget" (func $forget))
    (export "both" (func $both)) (export "keep" (func $keep)) (export "give" (func $give)))
  (export "a:b/api" (instance $api))
  (export "a:a/types" (instance $types) ${types}))`;

export const middle = middleThatExports("");

/** Says of the resource that it exports again only that it is one. */
export const abstractMiddle = middleThatExports(`(instance
    (export "r" (type $r (sub resource)))
    (export "make" (func (param "n" u32) (result (own $r))))
    (export "look" (func (param "r" (borrow $r)) (result u32)))
    (export "take" (func (param "r" (own $r)) (result u32))))`);

const typesOf = (resource: string): string => `(import "a:a/types" (instance $types
    ${resource}
    (export "make" (func (param "n" u32) (result (own $r))))
    (export "look" (func (param "r" (borrow $r)) (result u32)))
    (export "take" (func (param "r" (own $r)) (result u32)))))`;

const apiOf = (resource: string): string => `(import "a:b/api" (instance $api
    ${resource}
    (export "open" (func (param "n" u32) (result (own $r))))
    (export "peek" (func (param "r" (borrow $r)) (result u32)))
    (export "forget" (func (param "r" (borrow $r))))
    (export "both" (func (param "b" (borrow $r)) (param "o" (own $r))))
    (export "keep" (func (param "r" (own $r))))
    (export "give" (func (result (own $r))))))`;

const isNew = '(export "r" (type $r (sub resource)))';
export const isThat = (outer: string): string => `(alias outer 1 ${outer} (type $o)) (export "r" (type $r (eq $o)))`;
/** Whose functions name what another import has the name for. */
export const isOuter = (outer: string): string => `(alias outer 1 ${outer} (type $r))`;

/** Uses both; its resource comes with the one that is imported first, or with each, as one of its own. */
const consumer = (imports: string): string => `(component
  ${imports}
  (core func $make (canon lower (func $types "make")))
  (core func $look (canon lower (func $types "look")))
  (core func $take (canon lower (func $types "take")))
  (core func $open (canon lower (func $api "open")))
  (core func $peek (canon lower (func $api "peek")))
  (core func $forget (canon lower (func $api "forget")))
  (core func $both (canon lower (func $api "both")))
  (core func $keep (canon lower (func $api "keep")))
  (core func $give (canon lower (func $api "give")))
  (core func $drop (canon resource.drop $r))
  (core module $m
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "look" (func $look (param i32) (result i32)))
    (import "" "take" (func $take (param i32) (result i32)))
    (import "" "open" (func $open (param i32) (result i32)))
    (import "" "peek" (func $peek (param i32) (result i32)))
    (import "" "forget" (func $forget (param i32)))
    (import "" "both" (func $both (param i32 i32)))
    (import "" "keep" (func $keep (param i32)))
    (import "" "give" (func $give (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (global $r (mut i32) (i32.const 0))
    (func (export "open") (param i32) (global.set $r (call $open (local.get 0))))
    (func (export "make") (param i32) (global.set $r (call $make (local.get 0))))
    (func (export "look") (result i32) (call $look (global.get $r)))
    (func (export "peek") (result i32) (call $peek (global.get $r)))
    (func (export "take") (result i32) (call $take (global.get $r)))
    (func (export "drop") (call $drop (global.get $r)))
    (func (export "keep") (call $keep (global.get $r)))
    (func (export "give") (global.set $r (call $give)))
    (func (export "forget") (call $forget (global.get $r)))
    (func (export "both") (call $both (global.get $r) (global.get $r))))
  (core instance $i (instantiate $m (with "" (instance
    (export "make" (func $make)) (export "look" (func $look)) (export "take" (func $take))
    (export "open" (func $open)) (export "peek" (func $peek)) (export "forget" (func $forget))
    (export "both" (func $both)) (export "keep" (func $keep)) (export "give" (func $give))
    (export "drop" (func $drop))))))
  ${["open", "make"].map((name) => `(func (export "${name}") (param "n" u32) (canon lift (core func $i "${name}")))`).join("\n")}
  ${["look", "peek", "take"].map((name) => `(func (export "${name}") (result u32) (canon lift (core func $i "${name}")))`).join("\n")}
  ${["drop", "keep", "give", "forget", "both"].map((name) => `(func (export "${name}") (canon lift (core func $i "${name}")))`).join("\n")})`;

const ofTypes = '(alias export $types "r" (type $r))';
const ofApi = '(alias export $api "r" (type $r))';

export const consumers = {
  "types first": consumer(`${typesOf(isNew)} ${ofTypes} ${apiOf(isThat("$r"))}`),
  "types first, and only named there": consumer(`${typesOf(isNew)} ${ofTypes} ${apiOf(isOuter("$r"))}`),
  "api first": consumer(`${apiOf(isNew)} ${ofApi} ${typesOf(isThat("$r"))}`),
  "a resource of each": consumer(`${typesOf(isNew)} ${apiOf(isNew)} ${ofTypes}`),
};
export type Consumer = keyof typeof consumers;
