import { expect, test } from "bun:test";
import { parseEndpoint, wildcardsAbove } from "./endpoint.ts";

const connect = (text: string) => parseEndpoint(text, { subdomains: true });
const listen = (text: string) => parseEndpoint(text, { subdomains: false });

test.each([
  ["api.example.org:443", "api.example.org:443"],
  ["API.Example.ORG.:443", "api.example.org:443"],
  ["localhost:1", "localhost:1"],
  ["my_host:80", "my_host:80"],
  ["b\u00fccher.example:443", "xn--bcher-kva.example:443"],
  ["127.0.0.1:65535", "127.0.0.1:65535"],
  ["127.1:80", "127.0.0.1:80"],
  ["0x7f.1:80", "127.0.0.1:80"],
  ["[::1]:8080", "[::1]:8080"],
  ["[0:0:0::0001]:8080", "[::1]:8080"],
  ["[2001:DB8::A]:443", "[2001:db8::a]:443"],
  ["*.example.org:443", "*.example.org:443"],
  ["*.EXAMPLE.org.:443", "*.example.org:443"],
])("'%s' to connect to", (text, endpoint) => {
  expect(connect(text)).toBe(endpoint);
});

test("a port that the system chooses is one to listen on", () => {
  expect(listen("127.0.0.1:0")).toBe("127.0.0.1:0");
  expect(listen("[::]:8080")).toBe("[::]:8080");
});

test.each([
  ["example.org", "has no port", 11, 12],
  ["[::1]", "has no port", 5, 6],
  ["example.org:", "has no port from 0 to 65535", 12, 13],
  ["example.org:https", "has no port from 0 to 65535", 12, 17],
  ["example.org:65536", "has no port from 0 to 65535", 12, 17],
  ["example.org:80-90", "has no port from 0 to 65535", 12, 17],
  ["example.org:*", "has no port from 0 to 65535", 12, 13],
  ["example.org:080", "has no port from 0 to 65535", 12, 15],
  ["example.org:0", "has port 0, to which nobody can connect", 12, 13],
  [":80", "has no host", 0, 1],
  ["::1:80", "has more than one colon: an IPv6 address stands in brackets", 0, 3],
  ["[::1:80", "lacks the closing bracket", 7, 8],
  ["[::1]80", "goes on behind the bracket without a colon", 5, 7],
  ["[::1%eth0]:80", "is no IPv6 address", 0, 10],
  ["[a@[::1]:80", "is no IPv6 address", 0, 8],
  ["[1.2.3.4]:80", "is no IPv6 address", 0, 9],
  ["https://example.org:443", "is an address with a scheme: name host and port alone", 0, 8],
  ["exa mple.org:80", "has a character that no host has", 3, 4],
  ["user@example.org:80", "has a character that no host has", 4, 5],
  ["example.org/x:80", "has a character that no host has", 11, 12],
  ["%31.example:80", "has a character that no host has", 0, 1],
  ["*:443", "has a '*' that is not the '*.' for all subdomains", 0, 1],
  ["api.*.org:443", "has a '*' that is not the '*.' for all subdomains", 4, 5],
  ["*.0.0.1:443", "names no host", 0, 7],
  ["a..b:443", "names no host", 0, 4],
  ["*.:443", "names no host", 0, 2],
  ["1.2.3.256:443", "names no host", 0, 9],
])("'%s' to connect to is at fault", (text, reason, start, end) => {
  expect(connect(text)).toEqual({ reason, start, end });
});

test.each(["xn--a", "a\u3002b", "\u00ad", "a\tb", "a\\b", "a?b", "a#b", "."])("'%s' names no host", (host) => {
  expect(connect(`${host}:80`)).toHaveProperty("reason");
});

test("nobody listens on all subdomains", () => {
  expect(listen("*.example.org:80")).toEqual({ reason: "has a '*', which stands for nothing", start: 0, end: 1 });
});

test.each([
  ["a.b.c:443", ["*.b.c:443", "*.c:443"]],
  ["*.b.c:443", ["*.c:443"]],
  ["localhost:80", []],
  ["10.0.0.1:80", []],
  ["[::1]:80", []],
])("the wildcards above '%s'", (endpoint, wildcards) => {
  expect(wildcardsAbove(endpoint)).toEqual(wildcards);
});
