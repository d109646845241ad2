import { LabError } from '../../lab-error';
import { runAwsAnswers, type WriteLine } from './run-aws-answers';

const writeLine: WriteLine = (line) => void process.stdout.write(`${line}\n`);

/** Ends the process with the failure as the last line of its log. */
function fail(error: unknown): void {
  const failure = error instanceof LabError
    ? { code: error.code, message: error.message, received: error.received, remedy: error.remedy }
    : { code: 'AwsAnswersFailed', message: error instanceof Error ? error.stack : String(error) };
  writeLine(JSON.stringify({ time: new Date().toISOString(), ...failure }));
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const server = await runAwsAnswers(process.argv.slice(2), writeLine);
  const stop = (): void => void server.close().catch(fail);
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

void main().catch(fail);
