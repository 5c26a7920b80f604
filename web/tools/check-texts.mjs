// Holds the languages together: same keys, same places to fill in, as many forms, none empty; and no key that no page uses.
import { readFileSync, readdirSync } from 'node:fs';

const SRC = new URL('../src/', import.meta.url);
const read = (language) => JSON.parse(readFileSync(new URL(`texts/${language}.json`, SRC), 'utf8'));
const places = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join(' ');
const [da, en] = [read('da'), read('en')];
const wrong = [];

for (const key of new Set([...Object.keys(da), ...Object.keys(en)])) {
	if (!da[key]) wrong.push(`da.json lacks "${key}"`);
	else if (!en[key]) wrong.push(`en.json lacks "${key}"`);
	else if (places(da[key]) !== places(en[key]))
		wrong.push(`"${key}" is filled in differently: ${places(da[key])} / ${places(en[key])}`);
	else if (da[key].split('|').length !== en[key].split('|').length)
		wrong.push(`"${key}" has not as many forms in both languages`);
}

const sources = readdirSync(SRC, { recursive: true, withFileTypes: true })
	.filter((file) => /\.tsx?$/.test(file.name))
	.map((file) => readFileSync(`${file.parentPath}/${file.name}`, 'utf8'))
	.join('\n');
// A key may be put together from a prefix (`group.${group}`): then the prefix is looked for.
const used = (key) => sources.includes(`'${key}'`) || sources.includes(`\`${key.replace(/\.[^.]+$/, '.')}\${`);
for (const key of Object.keys(da)) if (!used(key)) wrong.push(`"${key}" is used by no page`);

for (const line of wrong) console.error(line);
console.log(`${Object.keys(da).length} texts, ${wrong.length} wrong`);
process.exitCode = wrong.length > 0 ? 1 : 0;
