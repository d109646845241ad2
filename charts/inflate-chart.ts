import { Chart } from 'cdk8s';
import { KubeDeployment, KubeNamespace, Quantity } from 'cdk8s-plus-29/lib/imports/k8s';
import type { Construct } from 'constructs';
import { TEAM_LABEL } from '../lib/config/names';

/** What the exercise's workload is made of. */
export interface InflateChartProps {
  /** Namespace that the exercise works in. */
  readonly namespace: string;

  /**
   * Name of the Deployment, of its container, and value of its `app` label.
   *
   * @default 'inflate'
   */
  readonly name?: string;

  /**
   * Number of pods. Zero deploys the workload without a pod, so that Karpenter has nothing to do yet.
   *
   * @see https://kubernetes.io/docs/tutorials/kubernetes-basics/scale/scale-intro/
   * @default 0
   */
  readonly replicas?: number;

  /**
   * CPU that each pod requests, as a Kubernetes quantity such as `1` or `500m`.
   *
   * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
   */
  readonly cpu: string;

  /** Image of the container. It only has to stay alive. */
  readonly image: string;

  /** Team whose nodes the pods run on: the value of the {@link TEAM_LABEL} that they select. */
  readonly team: string;
}

/**
 * The workload that a student scales out to see Karpenter launch a node.
 *
 * The Deployment is the exercise's own, field by field, so the typed API object is used: the `Deployment` of cdk8s-plus
 * would add a security context, a rollout strategy and limits that the exercise does not have.
 */
export class InflateChart extends Chart {
  /** Namespace of the exercise. Students make it by hand with `kubectl create namespace`. */
  readonly exerciseNamespace: KubeNamespace;
  readonly deployment: KubeDeployment;

  constructor(scope: Construct, id: string, props: InflateChartProps) {
    super(scope, id);
    const name = props.name ?? 'inflate';
    const labels = { app: name };

    this.exerciseNamespace = new KubeNamespace(this, 'Namespace', { metadata: { name: props.namespace } });
    this.deployment = new KubeDeployment(this, 'Deployment', {
      metadata: { name, namespace: props.namespace },
      spec: {
        replicas: props.replicas ?? 0,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 0,
            containers: [{ name, image: props.image, resources: { requests: { cpu: quantity(props.cpu) } } }],
            nodeSelector: { [TEAM_LABEL]: props.team },
          },
        },
      },
    });
    this.deployment.addDependency(this.exerciseNamespace);
  }
}

/** A quantity, written as a number where it is one, as people write it in YAML. */
function quantity(value: string): Quantity {
  return /^\d+$/.test(value) ? Quantity.fromNumber(Number(value)) : Quantity.fromString(value);
}
