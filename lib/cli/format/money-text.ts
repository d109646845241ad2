/** A price per hour, with the digits that a disk needs to be seen at all: `0.0025`. */
export function unitPriceText(usdPerHour: number): string {
  return usdPerHour.toFixed(4);
}

/** Something of whose cost a part may be unknown. */
export interface PartlyPriced {
  /** What has no price. @default - nothing */
  readonly unpriced?: readonly unknown[];
}

/** Goes before a total that lacks something: `more than `. */
export function moreThan({ unpriced = [] }: PartlyPriced): string {
  return unpriced.length === 0 ? '' : 'more than ';
}

/** A price per hour for reading aloud: `0.273 USD/h`. */
export function hourlyText(usdPerHour: number): string {
  return `${usdPerHour.toFixed(3)} USD/h`;
}

/** An amount to pay: `1.17 USD`. */
export function amountText(usd: number): string {
  return `${usd.toFixed(2)} USD`;
}
