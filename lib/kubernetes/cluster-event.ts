import { numberAt, textAt } from '../assembly/json';
import { readMetadata, type ObjectMetadata } from './object-metadata';
import type { ResourceKind } from './resource-kind';

/** Something that a controller reports about an object. */
export interface ClusterEvent {
  readonly metadata: ObjectMetadata;
  /** `Normal` or `Warning`. */
  readonly type: string;
  /** Such as `FailedScheduling`. */
  readonly reason: string;
  readonly message: string;
  /** Who reports it, such as `karpenter` or `default-scheduler`. */
  readonly reporter: string;
  /** What it is about. */
  readonly subject: EventSubject;
  readonly count: number;
  /** When it was last seen, as ISO 8601 in UTC. */
  readonly lastSeenAt: string;
}

/** An object that an event is about. */
export interface EventSubject {
  readonly kind: string;
  readonly name: string;
  /** @default - it is cluster-wide */
  readonly namespace?: string;
}

/** Events, of the core API: both ways to report one arrive here. */
export const EVENTS: ResourceKind<ClusterEvent> = {
  apiVersion: 'v1',
  kind: 'Event',
  plural: 'events',
  isNamespaced: true,
  read: (body) => {
    const metadata = readMetadata(body);
    const lastSeen = [textAt(body, 'series', 'lastObservedTime'), textAt(body, 'lastTimestamp'), textAt(body, 'eventTime')];
    const reporters = [textAt(body, 'reportingComponent'), textAt(body, 'source', 'component')];
    return {
      metadata,
      type: textAt(body, 'type') ?? 'Normal',
      reason: textAt(body, 'reason') ?? '',
      message: textAt(body, 'message') ?? '',
      reporter: reporters.find((name) => name !== undefined && name !== '') ?? '',
      subject: {
        kind: textAt(body, 'involvedObject', 'kind') ?? '',
        name: textAt(body, 'involvedObject', 'name') ?? '',
        namespace: textAt(body, 'involvedObject', 'namespace'),
      },
      count: numberAt(body, 'series', 'count') ?? numberAt(body, 'count') ?? 1,
      lastSeenAt: lastSeen.find((time) => time !== undefined && time !== '') ?? metadata.createdAt,
    };
  },
};
