/**
 * The text of a guest that runs programs (operations.ts). It exports the same interface as "l" and as "r", for neighbours that
 * import it by one of these names, and imports those of its own neighbours. Each function tells the host where it begins
 * and ends, by the number of the call of the host that it is part of: from that, the model knows who is in which instance.
 */
import { plainOperations, type Side, type SideOperation, sideOperation, slotsPerSide } from "./operations.ts";

const plainImports = ["enter", "exit", "made", "gone", "wait", "host-run"];
const neighbourFunctions = ["run", "make", "use", "give"];
const hostFunctions = ["take", "lend", "back"];

/** Where the guest keeps what it has of a neighbour. */
const slotsAt: Readonly<Record<Side, number>> = { l: 1024, r: 2048 };
/** Where an answer of `back` is written. */
const answerAt = 16;
/** Programs that callers pass; each call begins here again, which is why an instance has one call at a time. */
const programsAt = 4096;

/** @param sides by which it has neighbours */
export const guestText = (sides: readonly Side[]): string => `(component
  ${importsOf(sides)}
  ${innerComponent(sides)}
  (instance $inner (instantiate $inner
    ${plainImports.map((name) => `(with "${name}" (func $${name}))`).join(" ")}
    ${sides.map((side) => `(with "${side}" (instance $${side})) ${given(side)}`).join(" ")}))
  (export "l" (instance $inner))
  (export "r" (instance $inner)))`;

const given = (side: Side): string =>
  hostFunctions.map((name) => `(with "${name}-${side}" (func $${name}-${side}))`).join(" ");

const each = (sides: readonly Side[], text: (side: Side) => string): string => sides.map(text).join("\n");

const importsOf = (sides: readonly Side[]): string => `
  (import "enter" (func $enter (param "id" u32)))
  (import "exit" (func $exit (param "id" u32)))
  (import "made" (func $made (param "id" u32) (result u32)))
  (import "gone" (func $gone (param "rep" u32)))
  (import "wait" (func $wait (param "id" u32) (param "k" u32) (result u32)))
  (import "host-run" (func $host-run (param "id" u32) (param "plan" u32) (result u32)))
  ${each(sides, neighbourImports)}`;

const neighbourImports = (side: Side): string => `
  (import "${side}" (instance $${side}
    (export "r" (type $r (sub resource)))
    (export "run" (func (param "id" u32) (param "p" (list u32)) (result u32)))
    (export "make" (func (param "id" u32) (result (own $r))))
    (export "use" (func (param "x" (borrow $r)) (param "id" u32) (param "p" (list u32)) (result u32)))
    (export "give" (func (param "x" (own $r)) (param "id" u32) (param "p" (list u32)) (result u32)))))
  (alias export $${side} "r" (type $${side}r))
  (import "take-${side}" (func $take-${side} (param "x" (own $${side}r)) (param "id" u32)))
  (import "lend-${side}" (func $lend-${side} (param "x" (borrow $${side}r)) (param "id" u32) (param "plan" u32) (result u32)))
  (import "back-${side}" (func $back-${side} (param "id" u32) (result (option (own $${side}r)))))`;

const innerComponent = (sides: readonly Side[]): string => `(component $inner
  ${importsOf(sides)}
  ${resourceText}
  ${memoryText}
  (core func $enter (canon lower (func $enter)))
  (core func $exit (canon lower (func $exit)))
  (core func $made (canon lower (func $made)))
  (core func $wait (canon lower (func $wait)))
  (core func $host-run (canon lower (func $host-run)))
  (core func $new (canon resource.new $t))
  (core func $drop (canon resource.drop $t))
  ${each(sides, loweredAt)}
  ${mainModule(sides)}
  (core instance $i (instantiate $main (with "" (instance
    (export "mem" (memory $m)) (export "bump" (global $mem "bump"))
    ${coreNames(sides)
      .map((name) => `(export "${name}" (func $${name}))`)
      .join("\n")}))))
  ${liftedText})`;

const coreNames = (sides: readonly Side[]): readonly string[] => [
  "enter",
  "exit",
  "made",
  "wait",
  "host-run",
  "new",
  "drop",
  ...sides.flatMap((side) => [...neighbourFunctions, "drop", ...hostFunctions].map((name) => `${name}-${side}`)),
];

const resourceText = `
  (core func $gone (canon lower (func $gone)))
  (core module $d (import "" "gone" (func $gone (param i32)))
    (func (export "dtor") (param i32) (call $gone (local.get 0))))
  (core instance $d (instantiate $d (with "" (instance (export "gone" (func $gone))))))
  (type $t' (resource (rep i32) (dtor (core func $d "dtor"))))
  (export $t "r" (type $t'))`;

const memoryText = `
  (core module $mem (memory (export "m") 2)
    (global $b (export "bump") (mut i32) (i32.const ${programsAt}))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local i32)
      (local.set 4 (global.get $b))
      (global.set $b (i32.and (i32.add (i32.add (global.get $b) (local.get 3)) (i32.const 7)) (i32.const -8)))
      (local.get 4)))
  (core instance $mem (instantiate $mem))
  (alias core export $mem "m" (core memory $m))
  (alias core export $mem "realloc" (core func $realloc))`;

const loweredAt = (side: Side): string => `
  (core func $run-${side} (canon lower (func $${side} "run") (memory $m) (realloc $realloc)))
  (core func $make-${side} (canon lower (func $${side} "make")))
  (core func $use-${side} (canon lower (func $${side} "use") (memory $m)))
  (core func $give-${side} (canon lower (func $${side} "give") (memory $m)))
  (core func $drop-${side} (canon resource.drop $${side}r))
  (core func $take-${side} (canon lower (func $take-${side})))
  (core func $lend-${side} (canon lower (func $lend-${side})))
  (core func $back-${side} (canon lower (func $back-${side}) (memory $m)))`;

const mainModule = (sides: readonly Side[]): string => `(core module $main
  (import "" "mem" (memory 2))
  (import "" "bump" (global $b (mut i32)))
  (import "" "enter" (func $enter (param i32)))
  (import "" "exit" (func $exit (param i32)))
  (import "" "made" (func $made (param i32) (result i32)))
  (import "" "wait" (func $wait (param i32 i32) (result i32)))
  (import "" "host-run" (func $host-run (param i32 i32) (result i32)))
  (import "" "new" (func $new (param i32) (result i32)))
  (import "" "drop" (func $drop (param i32)))
  ${each(sides, coreImportsAt)}
  ${spinText}
  ${executeText(sides)}
  ${exportsText})`;

const coreImportsAt = (side: Side): string => `
  (import "" "run-${side}" (func $run-${side} (param i32 i32 i32) (result i32)))
  (import "" "make-${side}" (func $make-${side} (param i32) (result i32)))
  (import "" "use-${side}" (func $use-${side} (param i32 i32 i32 i32) (result i32)))
  (import "" "give-${side}" (func $give-${side} (param i32 i32 i32 i32) (result i32)))
  (import "" "drop-${side}" (func $drop-${side} (param i32)))
  (import "" "take-${side}" (func $take-${side} (param i32 i32)))
  (import "" "lend-${side}" (func $lend-${side} (param i32 i32 i32) (result i32)))
  (import "" "back-${side}" (func $back-${side} (param i32 i32)))`;

const spinText = `(func $spin (param i32) (loop $x
    (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
    (br_if $x (i32.gt_s (local.get 0) (i32.const 0)))))`;

const when = (operation: number, text: string): string =>
  `(if (i32.eq (local.get $op) (i32.const ${operation})) (then ${text}))`;

const add = (value: string): string => `(local.set $sum (i32.add (local.get $sum) ${value}))`;

/** Carries out a program, and answers with the sum of what its operations come to. */
const executeText = (sides: readonly Side[]): string => `
  (func $execute (param $id i32) (param $p i32) (param $len i32) (result i32)
    (local $sum i32) (local $end i32) (local $op i32) (local $a i32) (local $n i32) (local $slot i32) (local $h i32)
    (local.set $end (i32.add (local.get $p) (i32.mul (local.get $len) (i32.const 4))))
    (block $out (loop $next
      (br_if $out (i32.ge_u (local.get $p) (local.get $end)))
      (local.set $op (i32.load (local.get $p)))
      (local.set $a (i32.load offset=4 (local.get $p)))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (local.set $n (i32.shr_u (local.get $a) (i32.const 8)))
      ${when(plainOperations.wait, add("(call $wait (local.get $id) (local.get $a))"))}
      ${when(plainOperations.host, add("(call $host-run (local.get $id) (local.get $a))"))}
      ${when(plainOperations.spin, "(call $spin (local.get $a))")}
      ${when(plainOperations.trap, "unreachable")}
      ${each(sides, executeAt)}
      (br $next)))
    (local.get $sum))`;

const skipProgram = "(local.set $p (i32.add (local.get $p) (i32.mul (local.get $n) (i32.const 4))))";
const emptySlot = "(i32.store (local.get $slot) (i32.const 0))";
const ifThere = (text: string): string => `(if (local.get $h) (then ${text}))`;
const ifEmpty = (text: string): string => `(if (i32.eqz (local.get $h)) (then ${text}))`;

const executeAt = (side: Side): string => {
  const at = (operation: SideOperation, text: string): string => when(sideOperation(operation, side), text);
  const program = "(local.get $id) (local.get $p) (local.get $n)";
  const call = (name: string, args: string): string => `(call $${name}-${side} ${args})`;
  return `
      (local.set $slot (i32.add (i32.const ${slotsAt[side]})
        (i32.mul (i32.and (local.get $a) (i32.const ${slotsPerSide - 1})) (i32.const 4))))
      (local.set $h (i32.load (local.get $slot)))
      ${at("run", `${add(call("run", program))} ${skipProgram}`)}
      ${at("make", ifEmpty(`(i32.store (local.get $slot) ${call("make", "(local.get $id)")})`))}
      ${at("use", `${ifThere(add(call("use", `(local.get $h) ${program}`)))} ${skipProgram}`)}
      ${at("give", `${ifThere(`${emptySlot} ${add(call("give", `(local.get $h) ${program}`))}`)} ${skipProgram}`)}
      ${at("drop", ifThere(`${emptySlot} ${call("drop", "(local.get $h)")}`))}
      ${at("take", ifThere(`${emptySlot} ${call("take", "(local.get $h) (local.get $id)")}`))}
      ${at("lend", ifThere(add(call("lend", "(local.get $h) (local.get $id) (local.get $n)"))))}
      ${at("back", ifEmpty(`${call("back", `(local.get $id) (i32.const ${answerAt})`)} ${keepAnswer}`))}`;
};

/** An option: its case, then the handle. */
const keepAnswer = `(if (i32.load8_u (i32.const ${answerAt})) (then
  (i32.store (local.get $slot) (i32.load (i32.const ${answerAt + 4})))))`;

const resetPrograms = `(global.set $b (i32.const ${programsAt}))`;

const exportsText = `
  (func (export "run") (param i32 i32 i32) (result i32)
    (call $enter (local.get 0))
    (local.set 1 (call $execute (local.get 0) (local.get 1) (local.get 2)))
    ${resetPrograms}
    (call $exit (local.get 0)) (local.get 1))
  (func (export "make") (param i32) (result i32) (local i32)
    (call $enter (local.get 0))
    (drop (call $wait (local.get 0) (i32.const 0)))
    (local.set 1 (call $new (call $made (local.get 0))))
    (call $exit (local.get 0)) (local.get 1))
  (func (export "use") (param i32 i32 i32 i32) (result i32)
    (call $enter (local.get 1))
    (local.set 2 (call $execute (local.get 1) (local.get 2) (local.get 3)))
    ${resetPrograms}
    (call $exit (local.get 1)) (local.get 2))
  (func (export "give") (param i32 i32 i32 i32) (result i32)
    (call $enter (local.get 1))
    (local.set 2 (call $execute (local.get 1) (local.get 2) (local.get 3)))
    ${resetPrograms}
    (call $drop (local.get 0))
    (call $exit (local.get 1)) (local.get 2))`;

const liftedText = `
  (func (export "run") (param "id" u32) (param "p" (list u32)) (result u32)
    (canon lift (core func $i "run") (memory $m) (realloc $realloc)))
  (func (export "make") (param "id" u32) (result (own $t)) (canon lift (core func $i "make")))
  (func (export "use") (param "x" (borrow $t)) (param "id" u32) (param "p" (list u32)) (result u32)
    (canon lift (core func $i "use") (memory $m) (realloc $realloc)))
  (func (export "give") (param "x" (own $t)) (param "id" u32) (param "p" (list u32)) (result u32)
    (canon lift (core func $i "give") (memory $m) (realloc $realloc)))`;
