import { LabError } from '../../lab-error';
import { runContext } from '../../run-context';
import { readAccountConfiguration } from './account-configuration';
import { startPlayedAccount } from './played-account';

function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes the failure as a line of the log. */
function fail(error: unknown): void {
  const failure = error instanceof LabError
    ? { code: error.code, message: error.message, received: error.received, remedy: error.remedy }
    : { code: 'AccountFailed', message: error instanceof Error ? error.stack : String(error) };
  writeLine(JSON.stringify({ time: new Date().toISOString(), ...failure }));
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const end = new AbortController();
  const account = await startPlayedAccount(readAccountConfiguration(process.argv[2]), writeLine, runContext({ signal: end.signal }));
  const stop = (): void => {
    end.abort();
    account.close().catch(fail);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

void main().catch((error: unknown) => {
  fail(error);
  // What has started already would keep the process, and whoever waits for it.
  process.exit();
});
