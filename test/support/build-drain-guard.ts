import { execSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseJson, textAt } from '../../lib/json';

const PROJECT = resolve(__dirname, '../..');

/** Runs the build of cdk.json, as the CDK does before it synthesizes: the stack takes the code of its functions from there. */
export default function buildDrainGuard(): void {
  execSync(textAt(parseJson(readFileSync(join(PROJECT, 'cdk.json'), 'utf8')), 'build') ?? '', { cwd: PROJECT, stdio: 'inherit' });
}
