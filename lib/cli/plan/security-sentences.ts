import type { SecurityPosture } from '../../actions/plan-result';
import { apiReach } from '../../config/api-reach';

/** Who reaches the Kubernetes API, in words. */
export interface ApiExposure {
  readonly text: string;
  readonly isOpenToEverybody: boolean;
}

/** Reads from the posture who reaches the Kubernetes API. */
export function apiExposure(security: SecurityPosture): ApiExposure {
  if (security.endpoint === 'private') {
    return { text: 'only from inside the VPC: the endpoint is private', isOpenToEverybody: false };
  }
  const isOpenToEverybody = apiReach(security.apiAccess) === 'world';
  const sources = security.apiAccess.join(', ');
  return {
    text: isOpenToEverybody ? `from the whole internet (${sources}) and from inside the VPC` : `from ${sources} and from inside the VPC`,
    isOpenToEverybody,
  };
}

/** Who is admin of the cluster, in words. */
export function adminsText(security: SecurityPosture): string {
  return security.admins.length === 0 ? 'nobody: set `admins` to let somebody in' : security.admins.join(', ');
}
