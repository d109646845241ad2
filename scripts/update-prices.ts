import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { EC2Client } from '@aws-sdk/client-ec2';
import { PricingClient } from '@aws-sdk/client-pricing';
import { asking } from '../lib/aws/aws-failure';
import { LabError } from '../lib/lab-error';
import type { PriceFile } from '../lib/plan/price-table';
import { changesText, describeNewTypes, doubtsAbout, listedPrices, priceChanges, priceFileText, updatedFile } from './price-update';

/** One of the few regions whose endpoint answers for the Price List of all. */
const PRICE_LIST_REGION = 'us-east-1';

/** Where the tables are. The script runs in the project's root, as npm does it. */
const TABLES = 'lib/plan/prices';

/** Reads the Price List, shows what it changes in the table of a region, and writes it. */
async function updatePrices(): Promise<void> {
  const { values: { region, yes } } = parseArgs({ options: { region: { type: 'string', default: 'ap-northeast-2' }, yes: { type: 'boolean', default: false } } });
  const path = `${TABLES}/${region}.json`;
  if (!existsSync(path)) {
    throw new LabError({
      code: 'PriceTableMissing',
      message: 'The lab has no table of prices for this region.',
      received: region,
      remedy: `Give --region one of ${readdirSync(TABLES).map((name) => name.replace(/\.json$/, '')).join(', ')}; a new region begins as a copy of such a file.`,
    });
  }
  const file = JSON.parse(readFileSync(path, 'utf8')) as PriceFile;
  const listed = await asking('pricing:GetProducts', () => listedPrices(new PricingClient({ region: PRICE_LIST_REGION }), region));
  const changes = priceChanges(file, listed);
  process.stdout.write(`${changesText(changes).join('\n')}\n`);

  const doubts = doubtsAbout(changes);
  if (doubts.length > 0 && !yes) {
    process.stderr.write(`${doubts.join('\n')}\nNothing was written. If this is right, run it again with -- --yes\n`);
    process.exitCode = 1;
    return;
  }
  const newTypes = await asking('ec2:DescribeInstanceTypes', () => describeNewTypes(new EC2Client({ region }), changes));
  writeFileSync(path, priceFileText(updatedFile(file, listed, newTypes, new Date().toISOString().slice(0, 10))));
  process.stdout.write(`Wrote ${path}: ${changes.length} prices changed, ${newTypes.length} types are new.\n`);
}

// The advice of the SDK to change the version of Node.js is for this project, which pins both.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
updatePrices().catch((error: unknown) => {
  process.stderr.write(error instanceof LabError ? `${error.message} Received: ${JSON.stringify(error.received)}\n${error.remedy}\n` : `${String(error)}\n`);
  process.exitCode = 1;
});
