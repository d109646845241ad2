import { execCredential } from './exec-credential';

/** Prints a token for the cluster that the first argument names, for kubectl. */
async function main([clusterName]: readonly string[]): Promise<void> {
  if (clusterName === undefined) throw new Error('Give the name of a cluster.');
  process.stdout.write(`${JSON.stringify(await execCredential(clusterName, process.env, new Date()))}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
