// Builds what the pages run into the package: hashed names, a manifest for `{% asset %}`, a packed copy beside each file.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const FOLDER = process.env.OWNSTOCK_PAGES_FOLDER || "../src/ownstock/web/static/web/built";
const ENTRIES = ["main.js", "grid.js", "chart.js", "live.js", "proposals.js", "receive.js", "styles/main.css"];
const WORTH_PACKING = 1024;

/** A server sends the packed copy to every browser that takes one. */
const packed = () => ({
  name: "packed",
  closeBundle() {
    const folder = join(FOLDER, "assets");
    for (const name of readdirSync(folder, { recursive: true }).filter((one) => /\.(js|css)$/.test(one))) {
      const content = readFileSync(join(folder, name));
      if (content.length > WORTH_PACKING) writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
    }
  },
});

export default {
  // Files find each other wherever they are served.
  base: "./",
  plugins: [packed()],
  build: {
    outDir: FOLDER,
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    modulePreload: { polyfill: false },
    // Nothing becomes a data: address, which the pages' policy would refuse.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    rollupOptions: {
      input: Object.fromEntries(ENTRIES.map((name) => [name, `src/${name}`])),
      output: {
        entryFileNames: (chunk) => `assets/${chunk.name.replace(/\.\w+$/, "")}-[hash].js`,
      },
      // What main.js takes by name later must keep its name.
      preserveEntrySignatures: "allow-extension",
    },
  },
};
