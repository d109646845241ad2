import type { JsonObject } from '../../json';
import { type Handling, jsonAnswer } from '../aws-answers/aws-answer';
import { AwsFault } from '../aws-answers/aws-request';

/** An answer with content. */
export function answered(body: JsonObject, status = 200): Handling {
  return { answer: { ...jsonAnswer(body), status } };
}

/** The answer of a request after which there is nothing to say. */
export function done(): Handling {
  return { answer: { ...jsonAnswer({}), status: 204, body: '' } };
}

/** Lambda's refusal of a parameter. */
export function invalidParameter(message: string): AwsFault {
  return new AwsFault('InvalidParameterValueException', message);
}

/** Lambda's answer about what is not there. */
export function resourceNotFound(message = 'The resource you requested does not exist.'): AwsFault {
  return new AwsFault('ResourceNotFoundException', message, 404);
}

/** The refusal of what the rehearsal does not play: never passed as if it had been done. */
export function notPlayedByLambda(what: string): AwsFault {
  return new AwsFault('NotImplemented', `The rehearsal does not play ${what}.`, 501);
}

/** A moment as Lambda writes it. */
export function lambdaTime(time: Date): string {
  return time.toISOString().replace('Z', '+0000');
}
