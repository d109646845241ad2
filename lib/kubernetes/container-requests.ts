import { arrayAt, objectAt, type JsonObject } from '../assembly/json';

/** What each container of a pod's spec requests, as quantities by resource. Init containers, which end before the others run, are left out. */
export function readContainerRequests(podSpec: JsonObject): readonly JsonObject[] {
  return arrayAt(podSpec, 'containers').map((container) => objectAt(container, 'resources', 'requests'));
}
