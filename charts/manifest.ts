import type { ApiObject, Chart } from 'cdk8s';

/** `T` with every property and every list in it read-only, at every depth. */
export type Immutable<T> = { readonly [K in keyof T]: Immutable<T[K]> };

/** A Kubernetes object as plain data, as `kubectl apply` takes it. It holds no null and no undefined. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    /**
     * Namespace the object lives in.
     *
     * @default - the object is cluster-scoped
     */
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** The object that a construct stands for. */
export function manifestOf(apiObject: ApiObject): Manifest {
  return apiObject.toJson() as Manifest;
}

/** All objects of a chart, each after those it depends on. */
export function manifestsOf(chart: Chart): readonly Manifest[] {
  return chart.toJson() as Manifest[];
}
