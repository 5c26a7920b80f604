// Reads the design tokens of dkfds (the Danish public design system) from its SCSS maps and gives them as CSS custom
// properties: --gray-100, --space-4, --text-sm, --weight-medium. Vite serves them as the module "virtual:tokens.css",
// so the tokens follow the package and no copy of them is kept. Only neutral tokens: no theme of borger.dk or virk.
import { readFileSync } from 'node:fs';

const VALUES = new URL('../node_modules/dkfds/src/stylesheets/values/', import.meta.url);
const PREFIXES_WANTED = ['gray', 'green', 'orange', 'red', 'blue', 'purple', 'data-orange-900', 'data-violet-800'];

function pairs(file, pattern) {
	return [...readFileSync(new URL(file, VALUES), 'utf8').matchAll(pattern)];
}

function colours() {
	return pairs('colors/_fds-colors.scss', /"([a-z-]+-\d{3})":\s*(#[0-9a-fA-F]{6})/g)
		.filter(([, name]) => PREFIXES_WANTED.some((prefix) => name === prefix || name.replace(/-\d+$/, '') === prefix))
		.map(([, name, value]) => `--${name}: ${value.toLowerCase()};`);
}

function spaces() {
	return pairs('_units.scss', /^\s*(\d+):\s*\(?.*\/\/ (\d+)px/gm).map(
		([, name, px]) => `--space-${name}: ${px / 16}rem;`,
	);
}

// dkfds counts with a root of 10 px; ours is the browser's 16 px.
function sizes() {
	return pairs('font/_font-size.scss', /"([a-z0-9]+)":\s*([\d.]+)rem/g).map(
		([, name, rem]) => `--text-${name}: ${(rem * 10) / 16}rem;`,
	);
}

function weights() {
	return pairs('font/_font-weight.scss', /"([a-z]+)":\s*(\d+)/g).map(
		([, name, value]) => `--weight-${name}: ${value};`,
	);
}

export function tokens() {
	const lines = [...colours(), ...spaces(), ...sizes(), ...weights()];
	if (lines.length < 40) throw new Error(`dkfds' tokens were not found where they used to be (${lines.length} read)`);
	return `:root {\n\t${lines.join('\n\t')}\n}\n`;
}

export function tokensPlugin() {
	const id = 'virtual:tokens.css';
	return {
		name: 'dkfds-tokens',
		resolveId: (source) => (source === id ? `\0${id}` : null),
		load: (resolved) => (resolved === `\0${id}` ? tokens() : null),
	};
}
