// Preloaded into every Node.js process of a measured command: notes the process's peak memory in KiB as it ends.
const { appendFileSync } = require('node:fs');

process.on('exit', () => appendFileSync(process.env.PEAK_MEMORY_FILE, `${process.resourceUsage().maxRSS}\n`));
