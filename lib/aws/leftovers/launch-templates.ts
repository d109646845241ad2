import { DeleteLaunchTemplateCommand, paginateDescribeLaunchTemplates } from '@aws-sdk/client-ec2';
import { gathered } from './gathered';
import type { LeftoverKind } from './leftover';
import { EKS_CLUSTER_TAG, karpenterEvidence, tagsFrom } from './tags';
import { tryRemoval } from './try-removal';

/** Launch templates that Karpenter made. Node groups have some too, with other tags. */
export const LAUNCH_TEMPLATES: LeftoverKind = {
  kind: 'launchTemplate',
  find: async (aws, { clusterName }, signal) => {
    const templates = await gathered(
      'ec2:DescribeLaunchTemplates',
      paginateDescribeLaunchTemplates({ client: aws.ec2, pageSize: 200 }, {
        Filters: [{ Name: `tag:${EKS_CLUSTER_TAG}`, Values: [clusterName] }],
      }, { abortSignal: signal }),
      ({ LaunchTemplates }) => LaunchTemplates,
    );
    return templates.flatMap(({ LaunchTemplateId: id, LaunchTemplateName: name, Tags, CreateTime }) => {
      const evidence = karpenterEvidence(tagsFrom(Tags), clusterName);
      return id === undefined || evidence === undefined
        ? []
        : [{ kind: 'launchTemplate' as const, id, name: name ?? id, evidence, isBillable: false, createdAt: CreateTime?.toISOString() }];
    });
  },
  remove: (aws, { id }, signal) => tryRemoval({
    request: 'ec2:DeleteLaunchTemplate', gone: ['InvalidLaunchTemplateId.NotFound', 'InvalidLaunchTemplateId.NotFoundException', 'InvalidLaunchTemplateName.NotFoundException'],
  }, () => aws.ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: id }), { abortSignal: signal })),
};
