import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { randomUUID } from 'node:crypto';
import { boundTo } from '../../aws/bound-client';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, numberAt, objectAt, parseJson, textAt } from '../../json';
import { pause } from '../../wait-for';
import type { Account } from '../account';
import type { Handler } from '../aws-answers/aws-answer';
import { AwsFault, type AwsRequest } from '../aws-answers/aws-request';
import { type MadeResource, physicalName, type ResourceRequest, type ResourceType } from './resource-type';

/** Path under which functions answer for their resources. What follows it is a secret of one request. */
const RESPONSE_PATH = '/cloudformation-custom-resource-response/';

/** Seconds that a function has for its answer, where the template sets no `ServiceTimeout`. */
const SERVICE_TIMEOUT_SECONDS = 3600;

/** Most characters that CloudFormation takes as an answer. */
const LONGEST_ANSWER = 4096;

const LONGEST_ID = 255;

/** A custom resource failed after its function was asked: whatever that has made goes by this id. */
export class CustomResourceFailure extends Error {
  constructor(message: string, readonly physicalId: string) {
    super(message);
    this.name = 'CustomResourceFailure';
  }
}

/** What CloudFormation and the CDK's frameworks put around the words of a function. */
const AROUND = [/^Received response status \[\w+\] from custom resource\. Message returned: /, /\s*\n\s*(?:Logs: |at )[^]*$/, / \(RequestId: [\w-]+\)$/];

/**
 * What went wrong in the words of whoever knows: of helm's or kubectl's output, which the CDK's handler hands on as Python writes
 * bytes, the last error; of another message what is left without what stands around it.
 */
export function causeInMessage(message: string): string {
  const words = AROUND.reduce((text, around) => text.replace(around, ''), message);
  const output = /b'(.*)'$/s.exec(words)?.[1] ?? /b"(.*)"$/s.exec(words)?.[1];
  if (output === undefined) return words;
  const lines = output.replaceAll('\\n', '\n').replaceAll('\\\\', '\\').replaceAll("\\'", "'").split('\n').map((line) => line.trim()).filter((line) => line !== '');
  return (lines.findLast((line) => /^error/i.test(line)) ?? lines.at(-1) ?? words).replace(/^error: */i, '');
}

/**
 * Resources that functions of the stack make: CloudFormation invokes the function, and waits for the answer that it puts to the
 * URL of the request.
 */
export class CustomResources {
  private readonly awaited = new Map<string, (answer: JsonObject) => void>();

  constructor(private readonly account: Account) {}

  /** Takes the answers of functions. Those requests are not signed: the path is the secret. */
  handlerOf({ method, target }: AwsRequest): Handler | undefined {
    if (method !== 'PUT' || !target.startsWith(RESPONSE_PATH)) return undefined;
    return ({ body }) => {
      const secret = target.slice(RESPONSE_PATH.length);
      const take = this.awaited.get(secret);
      if (take === undefined) throw new AwsFault('AccessDenied', 'Request has expired', 403);
      take(answerOf(body.toString('utf8')));
      return { answer: { status: 200, headers: {}, body: '', note: 'the answer for a custom resource' } };
    };
  }

  /** What is done for custom resources of a type. */
  of(type: string): ResourceType & Required<Pick<ResourceType, 'update'>> {
    return {
      type,
      create: async (resource) => {
        const physicalId = physicalName(resource, LONGEST_ID);
        const made = madeOf(await this.ask(resource, { RequestType: 'Create', ResourceType: type }, physicalId));
        resource.initiated(made.physicalId);
        return made;
      },
      update: async (resource, old) => madeOf(await this.ask(resource, {
        RequestType: 'Update', ResourceType: type, PhysicalResourceId: resource.physicalId, OldResourceProperties: inTexts(old.properties),
      }, resource.physicalId)),
      delete: async (resource) => {
        await this.ask(resource, { RequestType: 'Delete', ResourceType: type, PhysicalResourceId: resource.physicalId }, resource.physicalId);
      },
    };
  }

  /** @param physicalId by which a half-made resource goes when there is no answer */
  private async ask(resource: ResourceRequest, kind: JsonObject, physicalId: string): Promise<JsonObject> {
    const { logicalId, properties, stack, signal } = resource;
    const secret = randomUUID();
    const requestId = randomUUID();
    const answered = new Promise<JsonObject>((take) => this.awaited.set(secret, take));
    const isOver = new AbortController();
    try {
      await this.invoke(resource, {
        ...kind,
        ServiceToken: textAt(properties, 'ServiceToken') ?? '',
        ResponseURL: `${this.account.endpoint}${RESPONSE_PATH}${secret}`,
        StackId: stack.id,
        RequestId: requestId,
        LogicalResourceId: logicalId,
        ResourceProperties: inTexts(properties),
      });
      const seconds = (numberAt(properties, 'ServiceTimeout') ?? SERVICE_TIMEOUT_SECONDS) / this.account.compression;
      const answer = await Promise.race([answered, pause(seconds, AbortSignal.any([signal, isOver.signal])).then(() => undefined)]);
      return checked(answer, { requestId, physicalId });
    } catch (error) {
      // Nobody knows what the function has done by now.
      if (signal.aborted) throw new CustomResourceFailure(error instanceof Error ? error.message : String(error), physicalId);
      throw error;
    } finally {
      isOver.abort();
      this.awaited.delete(secret);
    }
  }

  private async invoke({ properties, credentials, signal }: ResourceRequest, event: JsonObject): Promise<void> {
    const { endpoint, region } = this.account;
    const lambda = boundTo(signal, new LambdaClient({ endpoint, region, credentials }));
    try {
      await lambda.send(new InvokeCommand({
        FunctionName: textAt(properties, 'ServiceToken'),
        InvocationType: 'Event',
        Payload: Buffer.from(JSON.stringify(event)),
      }));
    } finally {
      lambda.destroy();
    }
  }
}

function answerOf(text: string): JsonObject {
  if (text.length > LONGEST_ANSWER) return { Status: 'FAILED', Reason: 'Response object is too long.' };
  try {
    return objectAt(parseJson(text));
  } catch {
    return { Status: 'FAILED', Reason: 'Response is not valid JSON' };
  }
}

/** What the function answers, unless it says that it failed or says nothing. */
function checked(answer: JsonObject | undefined, { requestId, physicalId }: { readonly requestId: string; readonly physicalId: string }): JsonObject {
  if (answer === undefined) {
    throw new CustomResourceFailure(`CloudFormation did not receive a response from your custom resource. Please check your logs for requestId [${requestId}]. If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.`, physicalId);
  }
  const id = textAt(answer, 'PhysicalResourceId') ?? physicalId;
  if (answer['Status'] !== 'SUCCESS') {
    const reason = textAt(answer, 'Reason') ?? '';
    throw new CustomResourceFailure(`Received response status [${textAt(answer, 'Status') ?? ''}] from custom resource. Message returned: ${reason} (RequestId: ${requestId})`, id);
  }
  if (textAt(answer, 'PhysicalResourceId') === undefined) throw new CustomResourceFailure('Invalid PhysicalResourceId', physicalId);
  return answer;
}

function madeOf(answer: JsonObject): MadeResource {
  return { physicalId: textAt(answer, 'PhysicalResourceId') ?? '', attributes: objectAt(answer, 'Data') };
}

/** CloudFormation hands numbers and booleans to a function as texts. */
function inTexts(value: JsonObject): JsonObject;
function inTexts(value: JsonValue): JsonValue;
function inTexts(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map((item) => inTexts(item));
  if (isJsonObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inTexts(item)]));
  return value === null ? '' : String(value);
}
