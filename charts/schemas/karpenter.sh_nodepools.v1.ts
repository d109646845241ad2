// Written by scripts/update-karpenter-schemas.mjs from
// github.com/aws/karpenter-provider-aws@v1.14.3/pkg/apis/crds/karpenter.sh_nodepools.yaml. Do not edit.

export interface NodePool {
  apiVersion: 'karpenter.sh/v1';
  kind: 'NodePool';
  metadata: {
    [k: string]: unknown;
  };
  spec: {
    disruption?: {
      /**
       * @maxItems 50
       */
      budgets?: {
        duration?: string;
        nodes: string;
        /**
         * @maxItems 50
         */
        reasons?: ('Underutilized' | 'Empty' | 'Drifted')[];
        schedule?: string;
      }[];
      consolidateAfter: string;
      consolidationPolicy?: 'WhenEmpty' | 'WhenEmptyOrUnderutilized' | 'Balanced';
    };
    limits?: {
      [k: string]: number | string;
    };
    replicas?: number;
    template: {
      metadata?: {
        annotations?: {
          [k: string]: string;
        };
        labels?: {
          [k: string]: string;
        };
      };
      spec: {
        expireAfter?: string;
        nodeClassRef: {
          group: string;
          kind: string;
          name: string;
        };
        /**
         * @maxItems 100
         */
        requirements: {
          key: string;
          minValues?: number;
          operator: 'Gte' | 'Lte' | 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
          values?: string[];
        }[];
        startupTaints?: {
          effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
          key: string;
          timeAdded?: string;
          value?: string;
        }[];
        taints?: {
          effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
          key: string;
          timeAdded?: string;
          value?: string;
        }[];
        terminationGracePeriod?: string;
      };
    };
    weight?: number;
  };
}
