import { arrayAt, booleanAt, numberAt, textAt, type JsonObject } from '../../json';
import { type Handler, jsonAnswer } from './aws-answer';
import { AwsFault, jsonBody } from './aws-request';
import { nodeImageDate, nodeImageId, nodeImageName, type NodeImage } from './node-image';
import { pageOf } from './ec2-query';

/** The tree of parameters in which AWS publishes the ids of EKS images. @see https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html */
const TREE = '/aws/service/eks/optimized-ami';

/** How many names one GetParameters takes. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
const MAX_NAMES = 10;

/** Length of GetParametersByPath's longest page, and of a page whose length the request leaves open. @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html */
const MAX_RESULTS = 10;

/** Handlers of SSM's operations that read parameters. Requests outside the tree of EKS images go to moto. */
export interface ImageParameterHandlers {
  readonly getParameter: Handler;
  readonly getParameters: Handler;
  readonly getParametersByPath: Handler;
}

/** Handlers for the parameters of these images. */
export function imageParameterHandlers(region: string, images: readonly NodeImage[]): ImageParameterHandlers {
  const published = publishedImages(images);
  const parameterOf = (name: string): JsonObject | undefined => {
    const image = published.get(name);
    return image === undefined ? undefined : parameter(region, name, image);
  };

  return {
    getParameter: (request) => {
      const name = textAt(jsonBody(request), 'Name') ?? '';
      if (!isInTree(name)) return { forward: request };
      const found = parameterOf(name);
      if (found === undefined) throw new AwsFault('ParameterNotFound', `Parameter ${name} not found.`);
      return { answer: jsonAnswer({ Parameter: found }, name) };
    },

    getParameters: (request) => {
      const names = arrayAt(jsonBody(request), 'Names').flatMap((name) => textAt(name) ?? []);
      if (!names.some(isInTree)) return { forward: request };
      if (!names.every(isInTree)) {
        throw new AwsFault('ValidationException', `The rehearsal does not answer parameters of ${TREE} and others in one request.`);
      }
      if (names.length > MAX_NAMES) throw new AwsFault('ValidationException', `${names.length} names are more than ${MAX_NAMES}.`);
      return {
        answer: jsonAnswer({
          Parameters: names.flatMap((name) => parameterOf(name) ?? []),
          InvalidParameters: names.filter((name) => !published.has(name)),
        }, names.join(' ')),
      };
    },

    getParametersByPath: (request) => {
      const body = jsonBody(request);
      const path = (textAt(body, 'Path') ?? '').replace(/\/$/, '');
      if (!isInTree(path)) return { forward: request };
      if (arrayAt(body, 'ParameterFilters').length > 0) {
        throw new AwsFault('ValidationException', 'The rehearsal does not answer ParameterFilters.');
      }

      const isRecursive = booleanAt(body, 'Recursive') ?? false;
      const below = [...published.keys()].filter((name) => isBelow(name, path, isRecursive));
      const page = pageOf(below, { maxResults: pageLength(body), nextToken: textAt(body, 'NextToken') });
      if (page === undefined) throw new AwsFault('InvalidNextToken', 'The specified token is not valid.');
      return {
        answer: jsonAnswer({
          Parameters: page.items.flatMap((name) => parameterOf(name) ?? []),
          ...(page.nextToken !== undefined && { NextToken: page.nextToken }),
        }, path),
      };
    },
  };
}

/** Images by the parameters that name them, in alphabetical order. */
function publishedImages(images: readonly NodeImage[]): ReadonlyMap<string, NodeImage> {
  const published = new Map<string, NodeImage>();
  // Releases are dates, so the newest comes last and stays `recommended`.
  for (const image of images.toSorted((a, b) => byText(a.release, b.release))) {
    published.set(parameterName(image, nodeImageName(image)), image);
    published.set(parameterName(image, 'recommended'), image);
  }
  return new Map([...published].toSorted(([a], [b]) => byText(a, b)));
}

/** The same order in every locale. */
function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function parameterName({ kubernetesVersion, architecture, variant }: NodeImage, last: string): string {
  return `${TREE}/${kubernetesVersion}/amazon-linux-2023/${architecture}/${variant}/${last}/image_id`;
}

function parameter(region: string, name: string, image: NodeImage): JsonObject {
  return {
    ARN: `arn:aws:ssm:${region}::parameter${name}`,
    DataType: 'text',
    LastModifiedDate: nodeImageDate(image).getTime() / 1000,
    Name: name,
    Type: 'String',
    Value: nodeImageId(image),
    Version: 1,
  };
}

function isInTree(name: string): boolean {
  return name === TREE || name.startsWith(`${TREE}/`);
}

function isBelow(name: string, path: string, isRecursive: boolean): boolean {
  const rest = name.startsWith(`${path}/`) ? name.slice(path.length + 1) : '';
  return rest !== '' && (isRecursive || !rest.includes('/'));
}

function pageLength(body: JsonObject): number {
  const length = numberAt(body, 'MaxResults') ?? MAX_RESULTS;
  if (!Number.isInteger(length) || length < 1 || length > MAX_RESULTS) {
    throw new AwsFault('ValidationException', `MaxResults ${length} is not from 1 to ${MAX_RESULTS}.`);
  }
  return length;
}
