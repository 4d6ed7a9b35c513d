// Files of a widget as one program, the way app/web/widget.py joins them, for tests of their logic.

import { readFileSync } from "node:fs";

// files: below app/; names: what a test wants of what they define; constants: what Python adds.
export function joined(files, names, constants = {}) {
  const sources = files.map((name) => readFileSync(new URL(`../../app/${name}`, import.meta.url), "utf8"));
  const body = ['"use strict";', ...sources, `return { ${names.join(", ")} };`].join("\n");
  return new Function(...Object.keys(constants), body)(...Object.values(constants));
}
