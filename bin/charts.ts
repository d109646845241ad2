import { LabCharts, wiringOf } from '../charts/lab-charts';
import { manifestFilesOf, writeManifestFiles } from '../charts/write-charts';
import { contextOf } from '../lib/cli/context-flag';
import { reportFailure } from '../lib/cli/error-report';
import { loadConfig } from '../lib/config/load';
import { overridesFromArguments } from '../lib/config/overrides';

/** cdk8s entry: configuration in, YAML files out. `npm run charts` runs it. */
function main(argv: readonly string[]): void {
  const config = loadConfig({ overrides: overridesFromArguments(contextOf(argv)) });
  const charts = new LabCharts(config, wiringOf(config));
  for (const file of writeManifestFiles(charts.outdir, manifestFilesOf(charts))) {
    process.stdout.write(`${file}\n`);
  }
}

try {
  main(process.argv.slice(2));
} catch (error) {
  reportFailure(error);
}
