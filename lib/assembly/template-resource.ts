import type { JsonObject } from './json';

/** One resource as it stands in the template, intrinsic functions and all. */
export interface TemplateResource {
  readonly logicalId: string;
  /** CloudFormation type, such as `AWS::EC2::Subnet` or `Custom::AWSCDK-EKS-HelmChart`. */
  readonly type: string;
  /** Properties with their intrinsic functions: see {@link SynthesizedStack.resolvedProperties} for plain values. */
  readonly properties: JsonObject;
  /** Logical ids in `DependsOn`. */
  readonly dependsOn: readonly string[];
  /**
   * Path in the construct tree, from the metadata `aws:cdk:path`.
   *
   * @default - unknown: the app was synthesized without path metadata
   */
  readonly constructPath?: string;
  /**
   * What CloudFormation does with the resource when the stack is deleted, as in the template.
   *
   * @default - CloudFormation deletes it
   */
  readonly deletionPolicy?: string;
  /**
   * Logical id of the condition that decides whether the resource exists.
   *
   * @default - it always exists
   */
  readonly condition?: string;
}
