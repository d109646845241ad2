import type { ApiObject, Chart } from 'cdk8s';

/** A Kubernetes object as plain data, as `kubectl apply` takes it. It holds no null and no undefined. */
export interface KubernetesObject {
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
export function objectOf(apiObject: ApiObject): KubernetesObject {
  return apiObject.toJson() as KubernetesObject;
}

/** All objects of a chart, each after those it depends on. */
export function objectsOf(chart: Chart): readonly KubernetesObject[] {
  return chart.toJson() as KubernetesObject[];
}
