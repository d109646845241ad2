import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { EC2Client } from '@aws-sdk/client-ec2';
import { PricingClient } from '@aws-sdk/client-pricing';
import type { PriceFile } from '../lib/plan/price-table';
import { changesText, describeNewTypes, doubtsAbout, listedPrices, priceChanges, priceFileText, updatedFile } from './price-update';

/** One of the few regions whose endpoint answers for the Price List of all. */
const PRICE_LIST_REGION = 'us-east-1';

/** Run from the project's root, as npm does. */
async function updatePrices(): Promise<void> {
  const { values: { region, yes } } = parseArgs({ options: { region: { type: 'string', default: 'ap-northeast-2' }, yes: { type: 'boolean', default: false } } });
  const path = `lib/plan/prices/${region}.json`;
  const file = JSON.parse(readFileSync(path, 'utf8')) as PriceFile;
  const listed = await listedPrices(new PricingClient({ region: PRICE_LIST_REGION }), region);
  const changes = priceChanges(file, listed);
  process.stdout.write(`${changesText(changes).join('\n')}\n`);

  const doubts = doubtsAbout(changes);
  if (doubts.length > 0 && !yes) {
    process.stderr.write(`${doubts.join('\n')}\nNothing was written. If this is right, run it again with -- --yes\n`);
    process.exitCode = 1;
    return;
  }
  const newTypes = await describeNewTypes(new EC2Client({ region }), changes);
  writeFileSync(path, priceFileText(updatedFile(file, listed, newTypes, new Date().toISOString().slice(0, 10))));
  process.stdout.write(`Wrote ${path}: ${changes.length} prices changed, ${newTypes.length} types are new.\n`);
}

updatePrices().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
