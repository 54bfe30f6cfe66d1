/** Asks for a file. The browser's own control speaks the language of the browser, so it is there but not seen. */
export function FileButton({
  label,
  accept,
  onFile,
}: {
  readonly label: string;
  readonly accept?: string;
  readonly onFile: (file: File) => void;
}) {
  return (
    <label class="button quiet file">
      {label}
      <input
        type="file"
        {...(accept !== undefined && { accept })}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file !== undefined) onFile(file);
          // The same file again is a change again.
          event.currentTarget.value = '';
        }}
      />
    </label>
  );
}
