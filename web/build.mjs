// Bundles assets/ into static/built/ with hashed names and a manifest, and lays the letters' font beside the letters.
// Skips all work when nothing it reads has changed. Run `npm ci --ignore-scripts` here first.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const web = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(web, 'static', 'built');
const letterFonts = path.join(web, '..', 'engine', 'letters', 'fonts');
const modules = path.join(web, 'node_modules');
const entries = ['site', 'inbox', 'letters', 'diagram', 'replay', 'designer', 'compare'];
const styles = ['site', 'diagram', 'designer'];
const tinos = ['400Regular', '400Regular_Italic', '700Bold', '700Bold_Italic'];

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

function fingerprint() {
  const hash = createHash('sha256');
  const inputs = [path.join(web, 'build.mjs'), path.join(web, 'package-lock.json'), ...filesUnder(path.join(web, 'assets'))];
  for (const file of inputs) {
    hash.update(path.relative(web, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function isUpToDate(print) {
  const manifestFile = path.join(out, 'manifest.json');
  if (!existsSync(manifestFile)) return false;
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
  return (
    manifest.fingerprint === print &&
    Object.values(manifest.files).every((name) => existsSync(path.join(out, name))) &&
    tinos.every((face) => existsSync(path.join(letterFonts, `Tinos_${face}.ttf`)))
  );
}

async function bundle() {
  const esbuild = await import('esbuild');
  return esbuild.build({
    entryPoints: [
      ...entries.map((name) => ({ in: path.join(web, 'assets', 'js', `${name}.js`), out: name })),
      ...styles.map((name) => ({ in: path.join(web, 'assets', 'css', `${name}.css`), out: name })),
    ],
    outdir: out,
    absWorkingDir: web,
    nodePaths: [modules],
    bundle: true,
    splitting: true,
    format: 'esm',
    target: ['es2022', 'chrome111', 'firefox113', 'safari16.4'],
    minify: true,
    legalComments: 'linked',
    entryNames: '[name]-[hash]',
    chunkNames: 'chunk-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.woff2': 'file', '.woff': 'file', '.ttf': 'file', '.eot': 'file', '.svg': 'file' },
    metafile: true,
    logLevel: 'warning',
  });
}

function manifestOf(metafile, print) {
  const files = {};
  for (const [file, output] of Object.entries(metafile.outputs)) {
    if (output.entryPoint) files[path.basename(output.entryPoint)] = path.basename(file);
  }
  const outputs = Object.keys(metafile.outputs).map((file) => path.relative(out, path.resolve(web, file))).sort();
  return { fingerprint: print, files: Object.fromEntries(Object.entries(files).sort()), outputs };
}

// Pages that were served before this build still ask for its files: one older build stays beside the newest.
function outputsOfBefore() {
  const manifestFile = path.join(out, 'manifest.json');
  return existsSync(manifestFile) ? (JSON.parse(readFileSync(manifestFile, 'utf8')).outputs ?? []) : [];
}

function removeOlder(kept) {
  for (const file of filesUnder(out).map((name) => path.relative(out, name))) {
    if (!kept.has(file) && !file.startsWith('licences')) rmSync(path.join(out, file));
  }
}

// The licences of everything that ends up in a bundle travel with it.
function copyLicences(metafile) {
  const packages = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) packages.add(found[1]);
  }
  const folder = path.join(out, 'licences');
  mkdirSync(folder, { recursive: true });
  for (const name of packages) {
    const licence = readdirSync(path.join(modules, name)).find((file) => /^licen[cs]e/i.test(file));
    if (licence) copyFileSync(path.join(modules, name, licence), path.join(folder, `${name.replaceAll('/', '__')}.txt`));
  }
}

function copyLetterFonts() {
  const source = path.join(modules, '@expo-google-fonts', 'tinos');
  mkdirSync(letterFonts, { recursive: true });
  for (const face of tinos) {
    copyFileSync(path.join(source, face, `Tinos_${face}.ttf`), path.join(letterFonts, `Tinos_${face}.ttf`));
  }
  copyFileSync(path.join(source, 'LICENSE_FONT'), path.join(letterFonts, 'LICENSE_FONT'));
}

const print = fingerprint();
if (isUpToDate(print) && !process.argv.includes('--force')) {
  console.log('web: up to date');
} else {
  const before = outputsOfBefore();
  mkdirSync(out, { recursive: true });
  const { metafile } = await bundle();
  copyLicences(metafile);
  copyLetterFonts();
  const manifest = manifestOf(metafile, print);
  writeFileSync(path.join(out, 'manifest.json'), JSON.stringify(manifest, null, 1));
  removeOlder(new Set(['manifest.json', ...manifest.outputs, ...before]));
  console.log(`web: built ${Object.keys(metafile.outputs).length} files`);
}
