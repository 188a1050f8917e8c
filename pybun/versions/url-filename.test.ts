import { expect, test } from "bun:test";
import { faultOfUrl, filenameOf } from "./url-filename.ts";

test.each([
  ["https://e.org/a/foo-1.0.tar.gz", "foo-1.0.tar.gz"],
  ["https://e.org/foo-1.0%2Blocal.whl?x=/y#sha256=00", "foo-1.0+local.whl"],
  ["https://e.org/foo.whl#/%zz", "foo.whl"],
  ["https://e.org/%zz.whl", undefined],
  ["https://e.org/foo%ff.whl", undefined],
  ["https://e.org/a%2Fb.whl", undefined],
])("the file of %s is %p", (url, filename) => expect(filenameOf(url)).toBe(filename));

test.each([
  ["https://e.org/foo.whl", undefined],
  ["git+https://[bad/%zz", undefined],
  ["./%zz", undefined],
  ["http://[bad/foo.whl", "it is no valid URL"],
  ["HTTPS://e.org:99999/foo.whl", "it is no valid URL"],
  ["https://%zz/foo.whl", "it is no valid URL"],
  ["file:///x/%zz.whl", "the escapes (%) in the URL's last segment are malformed"],
])("the fault of %s is %p", (url, fault) => expect(faultOfUrl(url)).toBe(fault));
