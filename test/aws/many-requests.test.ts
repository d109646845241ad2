import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';

const PROJECT = join(__dirname, '../..');

/** Sixty requests at once, by clients of one run, to a server that answers late. It prints how many were under way together. */
const PROGRAM = `
  import { createServer } from 'node:http';
  import { DescribeVpcsCommand, paginateDescribeInstances } from '@aws-sdk/client-ec2';
  import { connectAws } from './lib/aws/lab-aws';

  const waiting = [];
  const server = createServer((_, response) => {
    waiting.push(response);
    if (waiting.length === 1) setTimeout(() => {
      process.stdout.write(String(waiting.length));
      waiting.push = (late) => late.end('<R/>');
      waiting.forEach((each) => each.end('<R/>'));
    }, 1000);
  });
  server.listen(0, '127.0.0.1', async () => {
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:' + server.address().port;
    const aws = connectAws('ap-northeast-2', { signal: new AbortController().signal });
    await Promise.all(Array.from({ length: 30 }, () => [
      aws.ec2.send(new DescribeVpcsCommand({})),
      paginateDescribeInstances({ client: aws.ec2 }, {}, { abortSignal: aws.signal }).next(),
    ]).flat());
    aws.close();
    server.close();
  });
`;

describe('many requests of one run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-requests-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  // In a process of its own: the warnings of Node.js do not reach a test.
  it('make Node.js warn of nothing, though all of them listen to one signal', async () => {
    const program = join(folder, 'program.js');
    buildSync({ stdin: { contents: PROGRAM, resolveDir: PROJECT, loader: 'ts' }, bundle: true, platform: 'node', packages: 'external', outfile: program, logLevel: 'silent' });
    const env = { ...process.env, NODE_PATH: join(PROJECT, 'node_modules'), AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { env });
    expect(Number(stdout)).toBeGreaterThan(40);
    expect(stderr).toBe('');
  });
});
