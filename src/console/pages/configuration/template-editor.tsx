import type { ConfigurationTemplate } from '../../model.ts';
import { DocumentEditor } from '../../parts/document-editor.tsx';
import { t } from '../../words/words.ts';
import { documentOf, NEW_TEMPLATE } from './template-document.ts';
import { TemplateForm } from './template-form.tsx';

interface TemplateEditorProps {
  readonly template?: ConfigurationTemplate;
  readonly onClose: () => void;
  readonly onSaved: (id: string) => void;
}

/** A new template, or one that changes. */
export function TemplateEditor({ template, ...rest }: TemplateEditorProps) {
  return (
    <DocumentEditor
      what={t('template')}
      path="/configuration-templates"
      {...(template && { id: template.id, version: template.version })}
      document={template ? documentOf(template) : NEW_TEMPLATE}
      hint={t('Nothing is sent to charge points by it.')}
      docs="/docs#putConfigurationTemplate"
      form={(document, change) => <TemplateForm template={document} onChange={change} />}
      {...rest}
    />
  );
}
