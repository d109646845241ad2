import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { ECR_PUBLIC_HOST, isRegistryPassword } from '../registry-password';
import { compressedTimeout } from './timeout';

/**
 * helm, as functions of a rehearsal find it. This is the one place where a stand-in speaks for a service that is not there: the
 * registry public.ecr.aws. Karpenter's two charts come from Karpenter's Go module, in the one version that the toolchain has, and a
 * login is right with a password that the account gave out. Everything else is real: helm itself does it. Only its `--timeout` is shortened, so that a Karpenter that never gets ready is known early.
 */

const { values, positionals } = parseArgs({
  options: {
    helm: { type: 'string', default: '' },
    charts: { type: 'string', default: '' },
    compression: { type: 'string', default: '1' },
    'timeout-floor': { type: 'string', default: '0' },
  },
  allowPositionals: true,
});

/** Charts of the registry that the Go module has. */
const CHARTS: readonly string[] = ['karpenter', 'karpenter-crd'];

async function main(): Promise<number> {
  const [verb, object = ''] = positionals;
  if (verb === 'pull' && object.startsWith(`oci://${ECR_PUBLIC_HOST}/`)) return pull(object.slice('oci://'.length));
  if (verb === 'registry' && object === 'login' && positionals.includes(ECR_PUBLIC_HOST)) return login();
  return run(compressedTimeout(positionals, Number(values.compression), Number(values['timeout-floor'])));
}

/** Runs helm itself. */
function run(args: readonly string[]): number {
  const { status, error } = spawnSync(values.helm, args, { stdio: 'inherit' });
  if (error !== undefined) return fail(error.message);
  return status ?? 1;
}

function pull(reference: string): number {
  const version = optionValue('--version');
  const chart = reference.slice(`${ECR_PUBLIC_HOST}/karpenter/`.length);
  const isThere = reference === `${ECR_PUBLIC_HOST}/karpenter/${chart}` && CHARTS.includes(chart) && version === versionOf(chart);
  if (!isThere) return fail(`failed to perform "FetchReference" on source: ${reference}:${version}: not found`);

  const folder = mkdtempSync(join(tmpdir(), 'chart-'));
  try {
    const packaged = spawnSync(values.helm, ['package', join(values.charts, chart), '--destination', folder], { encoding: 'utf8' });
    const [archive] = readdirSync(folder);
    if (packaged.status !== 0 || archive === undefined) return fail(packaged.stderr);
    const file = join(folder, archive);
    const unpacked = positionals.includes('--untar')
      ? spawnSync('tar', ['-xzf', file], { encoding: 'utf8' })
      : spawnSync('cp', [file, '.'], { encoding: 'utf8' });
    if (unpacked.status !== 0) return fail(unpacked.stderr);
    const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
    process.stdout.write(`Pulled: ${reference}:${version}\nDigest: sha256:${digest}\n`);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function versionOf(chart: string): string | undefined {
  return /^version: *"?([^"\s]+)/m.exec(readFileSync(join(values.charts, chart, 'Chart.yaml'), 'utf8'))?.[1];
}

async function login(): Promise<number> {
  const password = positionals.includes('--password-stdin') ? (await text(process.stdin)).trim() : optionValue('--password');
  if (optionValue('--username') === 'AWS' && isRegistryPassword(password)) {
    process.stdout.write('Login Succeeded\n');
    return 0;
  }
  return fail(`authenticating to "${ECR_PUBLIC_HOST}": GET "https://${ECR_PUBLIC_HOST}/v2/": GET "https://${ECR_PUBLIC_HOST}/token/": response status code 401: denied: Your Authorization Token is invalid.`);
}

function optionValue(name: string): string {
  const index = positionals.indexOf(name);
  return index === -1 ? '' : positionals[index + 1] ?? '';
}

function fail(message: string): number {
  process.stderr.write(`Error: ${message}\n`);
  return 1;
}

void main().then((exitCode) => {
  process.exitCode = exitCode;
});
