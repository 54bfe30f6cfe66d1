/** Adds to one place of an array of numbers. */
export function add(array: Float64Array | Int32Array, at: number, by: number): void {
  array[at] = (array[at] as number) + by;
}
