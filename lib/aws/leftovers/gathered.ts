import { asking } from '../aws-failure';

/**
 * All items of all pages.
 *
 * @param request what is asked, in the words of AWS: `ec2:DescribeVolumes`
 * @throws LabError what `awsFailure` says
 */
export async function gathered<Page, Item>(
  request: string, pages: AsyncIterable<Page>, itemsOf: (page: Page) => readonly Item[] | undefined,
): Promise<readonly Item[]> {
  return asking(request, async () => {
    const items: Item[] = [];
    for await (const page of pages) items.push(...itemsOf(page) ?? []);
    return items;
  });
}
