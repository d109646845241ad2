import { queryFilters, queryList } from '../../../lib/rehearsal/aws-answers/ec2-query';

describe('the lists of an EC2 request', () => {
  it('are in the order of their numbers, not of the text', () => {
    const parameters = new URLSearchParams('InstanceType.10=c&InstanceType.2=b&InstanceType.1=a&InstanceTypes.1=x&InstanceType=y');
    expect(queryList(parameters, 'InstanceType')).toEqual(['a', 'b', 'c']);
  });

  it('make filters with several values', () => {
    const parameters = new URLSearchParams('Filter.1.Name=a&Filter.1.Value.1=x&Filter.1.Value.2=y&Filter.2.Name=b&Filter.2.Value.1=z&Filter.11.Name=c');
    expect(queryFilters(parameters)).toEqual([{ name: 'a', values: ['x', 'y'] }, { name: 'b', values: ['z'] }, { name: 'c', values: [] }]);
  });
});
