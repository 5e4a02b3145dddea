// Answers requests as a site does, without a browser: reads the site's folder and a list of query strings, and writes the answers.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

const [folder, code] = process.argv.slice(2);
const asked = JSON.parse(readFileSync(0, "utf8"));
const site = JSON.parse(/<script type="application\/json" id="site">(.*?)<\/script>/s.exec(readFileSync(join(folder, "index.html"), "utf8"))[1]);
const context = vm.createContext({ URLSearchParams, Intl, console });
vm.runInContext(`${readFileSync(code, "utf8")}\nglobalThis.made = { Store, answerTo };`, context);
const load = async (file) => {
  let given;
  vm.runInNewContext(readFileSync(join(folder, file), "utf8"), { timelineData: (_, value) => (given = value) });
  return JSON.parse(JSON.stringify(given));
};
const store = new context.made.Store(site, load);
const answers = [];
for (const [path, query] of asked) answers.push(JSON.parse(await context.made.answerTo(store, path, new URLSearchParams(query))));
process.stdout.write(JSON.stringify(answers));
