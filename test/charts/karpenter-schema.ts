import Ajv, { type ErrorObject } from 'ajv';
import nodeClassSchema from '../../charts/schemas/karpenter.k8s.aws_ec2nodeclasses.v1.json';
import nodePoolSchema from '../../charts/schemas/karpenter.sh_nodepools.v1.json';

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
ajv.addVocabulary(['x-provenance']);

/** The schemas of the Karpenter kinds that the charts emit. */
export const KARPENTER_SCHEMAS = { EC2NodeClass: nodeClassSchema, NodePool: nodePoolSchema } as const;

/** Everything in which a manifest departs from the schema of its kind, as `PATH MESSAGE {DETAILS}`. */
export function schemaErrors(kind: keyof typeof KARPENTER_SCHEMAS, manifest: unknown): readonly string[] {
  const validate = ajv.compile(KARPENTER_SCHEMAS[kind]);
  validate(manifest);
  return (validate.errors ?? []).map(({ instancePath, message, params }: ErrorObject) =>
    `${instancePath} ${message} ${JSON.stringify(params)}`);
}
