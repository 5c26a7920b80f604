import { defineConfig } from 'vite';
import { licensesPlugin } from './tools/licenses.mjs';
import { tokensPlugin } from './tools/tokens.mjs';

export default defineConfig({
	base: '/',
	plugins: [tokensPlugin(), licensesPlugin()],
	esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
	build: {
		target: 'es2022',
		outDir: 'dist',
		assetsInlineLimit: 0, // fonts and icons stay files: the content security policy allows no data: URLs
		modulePreload: { polyfill: false },
		reportCompressedSize: true,
	},
	server: { proxy: { '/fhir': process.env.LIMEN ?? 'http://127.0.0.1:8420' } },
});
