import { objectAt } from '../../json';
import { readTexts } from '../../kubernetes/objects';
import { jsonBody } from '../aws-answers/aws-request';
import type { RestHandler } from '../aws-answers/rest-routes';
import type { Texts } from './cluster';
import { eksAnswer, eksFault, type EksState } from './eks-state';

/** Something of EKS that has tags. */
interface Tagged {
  readonly arn: string;
  tags: Texts;
}

/** Tags of everything that EKS has. */
export function eksTagRoutes(state: EksState): Readonly<Record<string, RestHandler>> {
  const tagged = (arn: string): Tagged => {
    const all: readonly Tagged[] = [...state.clusters.values()].flatMap((cluster) => [
      cluster, ...cluster.nodeGroups.values(), ...cluster.addons.values(), ...cluster.accessEntries.values(), ...cluster.associations.values(),
    ]);
    const found = all.find((each) => each.arn === arn);
    if (found === undefined) throw eksFault('ResourceNotFoundException', `No resource found for ARN: ${arn}`);
    return found;
  };
  return {
    'GET /tags/{arn}': (_request, { arn = '' }) => eksAnswer({ tags: tagged(arn).tags }),
    'POST /tags/{arn}': (request, { arn = '' }) => {
      const found = tagged(arn);
      found.tags = { ...found.tags, ...readTexts(objectAt(jsonBody(request), 'tags')) };
      return eksAnswer({});
    },
    'DELETE /tags/{arn}': (request, { arn = '' }) => {
      const found = tagged(arn);
      const removed = new URL(request.target, 'http://eks').searchParams.getAll('tagKeys');
      found.tags = Object.fromEntries(Object.entries(found.tags).filter(([key]) => !removed.includes(key)));
      return eksAnswer({});
    },
  };
}
