import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import type { PriceFile } from '../../lib/plan/price-table';

const ROOT = resolve(__dirname, '../..');
const TABLE = 'lib/plan/prices/ap-northeast-2.json';

/** A product as the Price List sends it, as far as it is read. */
function product(instanceType: string, price: string): string {
  return JSON.stringify({ product: { attributes: { instanceType } }, terms: { OnDemand: { a: { priceDimensions: { b: { unit: 'Hrs', pricePerUnit: { USD: price } } } } } } });
}

describe('npm run update:prices, as a process that asks a Price List on loopback', () => {
  const folder = mkdtempSync(join(tmpdir(), 'update-prices-'));
  const program = join(ROOT, 'dist/test/update-prices.js');
  let server: Server;
  let products: readonly string[] = [];
  const table = (): PriceFile => JSON.parse(readFileSync(join(folder, TABLE), 'utf8')) as PriceFile;
  const update = (...flags: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> => new Promise((done) => {
    const child = spawn(process.execPath, [program, ...flags], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'], AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test',
      },
    });
    let output = '';
    child.stdout.on('data', (text: Buffer) => { output += text.toString(); });
    child.stderr.on('data', (text: Buffer) => { output += text.toString(); });
    child.on('close', (code) => done({ code, output }));
  });

  beforeAll(async () => {
    buildSync({
      entryPoints: [join(ROOT, 'scripts/update-prices.ts')], outfile: program, bundle: true, platform: 'node', target: 'node20', packages: 'external', logLevel: 'warning',
    });
    server = createServer((request, response) => {
      const isBareMetal: Promise<boolean> = new Promise((asked) => {
        let body = '';
        request.on('data', (text: Buffer) => { body += text.toString(); });
        request.on('end', () => asked(body.includes('Dedicated')));
      });
      void isBareMetal.then((isEmpty) => {
        response.setHeader('content-type', 'application/x-amz-json-1.1');
        response.end(JSON.stringify({ FormatVersion: 'aws_v1', PriceList: isEmpty ? [] : products }));
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });

  beforeEach(() => {
    mkdirSync(join(folder, 'lib/plan/prices'), { recursive: true });
    const file = JSON.parse(readFileSync(join(ROOT, TABLE), 'utf8')) as PriceFile;
    writeFileSync(join(folder, TABLE), JSON.stringify({ ...file, instanceTypes: file.instanceTypes.filter(({ name }) => name === 'c5a.2xlarge' || name === 'c5.2xlarge') }));
  });

  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('writes the prices of the list, and the day, into the table', async () => {
    products = [product('c5a.2xlarge', '0.3500000000'), product('c5.2xlarge', '0.3840000000')];
    const { code, output } = await update();
    expect(output).toContain('c5a.2xlarge');
    expect(code).toBe(0);
    expect(table().instanceTypes.find(({ name }) => name === 'c5a.2xlarge')).toMatchObject({ pricePerHour: 0.35 });
    expect(table().asOf).toBe(new Date().toISOString().slice(0, 10));
  });

  test('fails when a price moved by more than half, and writes nothing until it is told to', async () => {
    products = [product('c5a.2xlarge', '3.5'), product('c5.2xlarge', '0.384')];
    const before = readFileSync(join(folder, TABLE), 'utf8');
    await expect(update()).resolves.toMatchObject({ code: 1, output: expect.stringContaining('Nothing was written') });
    expect(readFileSync(join(folder, TABLE), 'utf8')).toBe(before);
    await expect(update('--yes')).resolves.toMatchObject({ code: 0 });
    expect(table().instanceTypes.find(({ name }) => name === 'c5a.2xlarge')).toMatchObject({ pricePerHour: 3.5 });
  });

  test('fails when the lab has no table of the region, and says which it has', async () => {
    await expect(update('--region', 'mars-north-1')).resolves.toMatchObject({ code: 1, output: expect.stringMatching(/"mars-north-1"\nGive --region one of ap-northeast-2/) });
  });
});
