import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../json';
import type { AwsFault, AwsRequest } from './aws-request';

/** The account that the rehearsal's AWS plays where the lab is bound to none: moto's own. */
export const MOTO_ACCOUNT = '123456789012';

/** An XML element with text, or with elements. */
export interface XmlElement {
  readonly name: string;
  readonly content: string | readonly XmlElement[];
}

/** Makes an element. */
export function xmlElement(name: string, content: string | readonly XmlElement[]): XmlElement {
  return { name, content };
}

/**
 * Writes a whole XML document.
 *
 * @param namespace the root's `xmlns`
 */
function xmlDocument(root: string, elements: readonly XmlElement[], namespace?: string): string {
  const attribute = namespace === undefined ? '' : ` xmlns="${escaped(namespace)}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${elements.map(written).join('')}</${root}>`;
}

function written({ name, content }: XmlElement): string {
  const inner = typeof content === 'string' ? escaped(content) : content.map(written).join('');
  return `<${name}>${inner}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

/** An answer that the caller's AWS SDK understands. */
export interface AwsAnswer {
  /** HTTP status. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /**
   * Its note in the request log.
   *
   * @default - none
   */
  readonly note?: string;
}

/** Namespace of EC2's answers: its API version. @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/ */
const EC2_NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';

/** An answer of the protocol `json`. */
export function jsonAnswer(body: JsonObject, note?: string): AwsAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() },
    body: JSON.stringify(body),
    note,
  };
}

/** An answer of EC2: the operation's name with `Response`, the request's id, and these elements. */
export function ec2Answer(operation: string, elements: readonly XmlElement[], note?: string): AwsAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'text/xml;charset=UTF-8' },
    body: xmlDocument(`${operation}Response`, [xmlElement('requestId', randomUUID()), ...elements], EC2_NAMESPACE),
    note,
  };
}

/**
 * An answer of a service of the protocol `query` other than EC2: the operation's result, wrapped, and the request's id.
 *
 * @param namespace the service's API version
 */
export function queryAnswer(operation: string, result: readonly XmlElement[], namespace: string): AwsAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'text/xml;charset=UTF-8' },
    body: xmlDocument(`${operation}Response`, [
      xmlElement(`${operation}Result`, result),
      xmlElement('ResponseMetadata', [xmlElement('RequestId', randomUUID())]),
    ], namespace),
  };
}

/** The answer for a fault, in the shape that the service gives to its own errors. */
export function faultAnswer(request: AwsRequest, fault: AwsFault): AwsAnswer {
  const note = `${fault.code}: ${fault.message}`;
  if (request.protocol === 'query' || request.service === 's3') {
    return { status: fault.status, headers: { 'content-type': 'text/xml;charset=UTF-8' }, body: xmlFault(request, fault), note };
  }
  return {
    status: fault.status,
    headers: {
      'content-type': request.protocol === 'json' ? 'application/x-amz-json-1.1' : 'application/json',
      'x-amzn-requestid': randomUUID(),
      'x-amzn-errortype': fault.code,
    },
    body: JSON.stringify({ __type: fault.code, message: fault.message }),
    note,
  };
}

/** EC2 wraps errors in its own way, and S3 not at all; the other services of the protocol `query` share another. */
function xmlFault(request: AwsRequest, { code, message }: AwsFault): string {
  const details = [xmlElement('Code', code), xmlElement('Message', message)];
  if (request.service === 's3') return xmlDocument('Error', [...details, xmlElement('RequestId', randomUUID())]);
  return request.service === 'ec2'
    ? xmlDocument('Response', [xmlElement('Errors', [xmlElement('Error', details)]), xmlElement('RequestID', randomUUID())])
    : xmlDocument('ErrorResponse', [xmlElement('Error', [xmlElement('Type', 'Sender'), ...details]), xmlElement('RequestId', randomUUID())]);
}

/** What happens to a request: it is answered here, or it goes on to moto, changed or not. */
export type Handling =
  | { readonly answer: AwsAnswer }
  | {
    readonly forward: AwsRequest;
    readonly note?: string;
    /** Changes the body of moto's answer, unless it is an error. @default - moto's answer stays as it is */
    readonly change?: (body: string) => string;
  };

/**
 * Answers one operation.
 *
 * @throws AwsFault where AWS would answer with an error
 */
export type Handler = (request: AwsRequest) => Handling | Promise<Handling>;
