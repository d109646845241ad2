import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { unzip, type Unzipped } from 'fflate';
import { type JsonObject, textAt } from '../../json';
import type { Account } from '../account';
import type { AwsRequest } from '../aws-answers/aws-request';
import { invalidParameter, notPlayedByLambda } from './lambda-answers';

/** Code of a function or a layer, unzipped. */
export interface StoredCode {
  /** Of the zip, in base64, as Lambda tells it. */
  readonly sha256: string;
  /** Bytes of the zip. */
  readonly size: number;
  /** Absolute path of the folder with the files. */
  readonly directory: string;
}

/** Fetches code as it was uploaded, and unzips it once for each hash. */
export class CodeStore {
  private readonly unzipping = new Map<string, Promise<void>>();

  /** @param cacheDirectory where folders are kept, for all rehearsals */
  constructor(private readonly account: Account, private readonly cacheDirectory: string) {}

  /**
   * The code that a request names: `S3Bucket` and `S3Key`, read with the caller's own rights, or `ZipFile`.
   *
   * @throws AwsFault `InvalidParameterValueException`
   */
  async fetch(caller: AwsRequest, code: JsonObject): Promise<StoredCode> {
    const zip = await this.zipOf(caller, code);
    const digest = createHash('sha256').update(zip).digest();
    const directory = join(this.cacheDirectory, digest.toString('hex'));
    await this.unzipOnce(zip, directory);
    return { sha256: digest.toString('base64'), size: zip.length, directory };
  }

  private async zipOf(caller: AwsRequest, code: JsonObject): Promise<Buffer> {
    const inline = textAt(code, 'ZipFile');
    if (inline !== undefined) return Buffer.from(inline, 'base64');
    const bucket = textAt(code, 'S3Bucket');
    const key = textAt(code, 'S3Key');
    if (bucket === undefined || key === undefined) throw notPlayedByLambda('code that is neither a zip nor an object of S3');
    const token = caller.headers['x-amz-security-token'];
    const response = await fetch(`${this.account.endpoint}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`, {
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${caller.accessKeyId}/20260101/${this.account.region}/s3/aws4_request, SignedHeaders=host, Signature=0`,
        ...(typeof token === 'string' ? { 'x-amz-security-token': token } : {}),
      },
      signal: this.account.run.signal,
    });
    const body = Buffer.from(await response.arrayBuffer());
    if (response.ok) return body;
    // S3 answers in XML; what the account itself refuses it says in a header.
    const [, errorCode = response.headers.get('x-amzn-errortype') ?? String(response.status)] = /<Code>([^<]*)<\/Code>/.exec(body.toString('utf8')) ?? [];
    const [, message = body.toString('utf8')] = /<Message>([^<]*)<\/Message>/.exec(body.toString('utf8')) ?? [];
    throw invalidParameter(`Error occurred while GetObject. S3 Error Code: ${errorCode}. S3 Error Message: ${message}`);
  }

  private async unzipOnce(zip: Buffer, directory: string): Promise<void> {
    if (existsSync(directory)) return;
    const running = this.unzipping.get(directory) ?? this.unzip(zip, directory).finally(() => this.unzipping.delete(directory));
    this.unzipping.set(directory, running);
    await running;
  }

  /** Writes to a folder of another name first: another rehearsal must not see half of it. */
  private async unzip(zip: Buffer, directory: string): Promise<void> {
    const files = await unzipped(zip);
    const part = `${directory}.${randomUUID()}`;
    for (const [name, content] of Object.entries(files)) {
      const file = join(part, normalize(join('/', name)));
      if (name.endsWith('/')) {
        await mkdir(file, { recursive: true });
        continue;
      }
      await mkdir(dirname(file), { recursive: true });
      // fflate does not tell which files may be run.
      await writeFile(file, content, { mode: 0o755 });
    }
    await mkdir(part, { recursive: true });
    try {
      await rename(part, directory);
    } catch (error) {
      await rm(part, { recursive: true, force: true });
      if (!existsSync(directory)) throw error;
    }
  }
}

function unzipped(zip: Buffer): Promise<Unzipped> {
  return new Promise((resolve, reject) => {
    unzip(new Uint8Array(zip), (error, files) => {
      if (error === null) resolve(files);
      else reject(invalidParameter(`Could not unzip uploaded file. Please check your file, then try to upload again. (${error.message})`));
    });
  });
}
