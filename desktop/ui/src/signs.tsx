/** A long name of a node, in groups that people can read to each other. */

const GROUP = /.{1,4}/g;

/** The signs in groups of four; copied, they are whole. */
export function Signs({ text }: { readonly text: string }) {
  const groups = text.match(GROUP) ?? [];
  return (
    <code class="signs">
      {groups.map((group, index) => (
        <span key={index}>{group}</span>
      ))}
    </code>
  );
}
