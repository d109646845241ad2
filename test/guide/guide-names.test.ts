import { type GuideNames, outputWithNames, withNames, withWrittenNames, WRITTEN_NAMES } from '../../lib/guide/guide-names';

const SEAT: GuideNames = { cluster: 'seoul-class', region: 'us-west-2', namespace: 'student-007', team: 'student-007', karpenterNamespace: 'karpenter' };

describe('the names of a reader', () => {
  it.each([
    ['kubectl get pods -n karpenter-test -o wide', 'kubectl get pods -n student-007 -o wide'],
    ['kubectl get nodes -l eks-team=my-team', 'kubectl get nodes -l eks-team=student-007'],
    ['        eks-team: my-team  # of Karpenter', '        eks-team: student-007  # of Karpenter'],
    ['namespace/karpenter-test created', 'namespace/student-007 created'],
    ['system:serviceaccount:karpenter-test:student', 'system:serviceaccount:student-007:student'],
    ['Your namespace is `karpenter-test`.', 'Your namespace is `student-007`.'],
    ['export KUBECONFIG="$PWD/my-team.kubeconfig"', 'export KUBECONFIG="$PWD/student-007.kubeconfig"'],
    ['네임스페이스 karpenter-test에서', '네임스페이스 student-007에서'],
    ['aws eks update-kubeconfig --region ap-northeast-2 --name karpenter-lab', 'aws eks update-kubeconfig --region us-west-2 --name seoul-class'],
    ['ip-10-11-0-4.ap-northeast-2.compute.internal', 'ip-10-11-0-4.us-west-2.compute.internal'],
    ['aws:///ap-northeast-2b/i-0', 'aws:///us-west-2b/i-0'],
    ['export KARPENTER_NAMESPACE=kube-system', 'export KARPENTER_NAMESPACE=karpenter'],
  ])('stand in %s', (written, read) => {
    expect(withNames(written, SEAT)).toBe(read);
  });

  it.each(['karpenter-test-2', 'my-teams', 'karpenter-lab/seat', 'karpenter-lab-class', 'ap-northeast-21', 'my-ap-northeast-2', 'karpenter-test.yaml', 'kubectl get pods -n kube-system'])('do not stand in %s, which is another word', (text) => {
    expect(withNames(text, SEAT)).toBe(text);
  });

  it('move the columns of an output', () => {
    expect(outputWithNames('NAME             STATUS   AGE\nkarpenter-test   Active   1m', SEAT)).toBe('NAME          STATUS   AGE\nstudent-007   Active   1m');
  });

  it.each([
    ['{ "eks-team": "student-007" }', '{ "eks-team": "my-team" }'],
    ['{"eks-team":"student-007"}', '{"eks-team":"my-team"}'],
    ['eks-team=student-007', 'eks-team=my-team'],
    ['deployment.apps "arm" deleted from student-007 namespace', 'deployment.apps "arm" deleted from karpenter-test namespace'],
    ['PDB "student-007/steady" prevents pod evictions', 'PDB "karpenter-test/steady" prevents pod evictions'],
    ['student-0070', 'student-0070'],
    ['zone us-west-2b of seoul-class', 'zone ap-northeast-2b of karpenter-lab'],
  ])('go out of %s again', (read, written) => {
    expect(withWrittenNames(read, SEAT)).toBe(written);
  });

  it('change nothing where the reader is the instructor of the lab as it comes', () => {
    const text = 'karpenter-test my-team karpenter-lab ap-northeast-2';
    expect(withNames(text, WRITTEN_NAMES)).toBe(text);
  });
});
