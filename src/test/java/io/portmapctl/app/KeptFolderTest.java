package io.portmapctl.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Documents;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.InputError;
import io.portmapctl.cni.Overrides;
import io.portmapctl.cni.SourceFiles;
import io.portmapctl.fault.DocumentFault;
import io.portmapctl.fault.HostFault;
import io.portmapctl.file.KeptFile;
import io.portmapctl.net.Family;
import io.portmapctl.portmap.Layout;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.Layouts;
import io.portmapctl.portmap.PortmapState;
import io.portmapctl.ruleset.Table;
import io.portmapctl.ruleset.TableName;
import io.portmapctl.testing.Attachments;
import io.portmapctl.testing.Generator;
import io.portmapctl.testing.Rounds;
import io.portmapctl.view.DocumentView;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept: whose it is, under which name, and that it says the same when it is read again. */
@Tag("fast")
class KeptFolderTest {
  private static final int ROUNDS = Rounds.of("rounds", 300, 3_000);
  private static final Overrides PORTMAP = Overrides.pluginType("portmap");

  @TempDir private Path folder;

  private KeptFolder kept() {
    return KeptFolder.of(Optional.of(folder.toString()), SourceFiles.LOCAL);
  }

  private void write(KeptDocument document) throws Exception {
    KeptFile.write(
        document.file(), document.content().orElseThrow().getBytes(StandardCharsets.ISO_8859_1));
  }

  /** On a ruleset without anything the layout is the one in which it was published. */
  @Test
  void whatIsKeptReadsBackAsTheSameAttachment() throws Exception {
    PortmapState nothing =
        new PortmapState(
            List.of(
                Table.empty(TableName.NAT, Family.IPV4), Table.empty(TableName.NAT, Family.IPV6)));
    for (int seed = 0; seed < ROUNDS; seed++) {
      Generator make = new Generator(seed);
      Attachment attachment = make.attachment(make.identity());
      Layout layout = attachment.needsMark() ? Layouts.MARK : make.pick(Layouts.all());
      String document = DocumentView.render(attachment, Optional.of(layout));
      KeptDocument change = kept().keeping(attachment.identity(), document).orElseThrow();
      write(change);
      assertThat(kept().keeping(attachment.identity(), document)).as("seed %d", seed).isEmpty();
      Documents read = kept().read(PORTMAP, Documents.Need.ALL);
      assertThat(read.errors()).as("seed %d", seed).isEmpty();
      assertThat(read.attachments()).hasSize(1);
      Attachment got = read.attachments().get(0);
      assertThat(got)
          .as("seed %d", seed)
          .usingRecursiveComparison()
          .ignoringFields("cniVersion")
          .isEqualTo(attachment);
      assertThat(LayoutChoice.auto(got, nothing).layout()).as("seed %d", seed).isEqualTo(layout);
      if (layout.cniVersion(attachment.cniVersion()).equals(attachment.cniVersion())) {
        assertThat(got).as("seed %d", seed).isEqualTo(attachment);
      }
      KeptDocument gone = kept().forgetting(attachment.identity()).orElseThrow();
      assertThat(gone).isEqualTo(new KeptDocument(change.file(), Optional.empty()));
      KeptFile.remove(gone.file());
      assertThat(kept().forgetting(attachment.identity())).isEmpty();
    }
  }

  @Test
  void twoAttachmentsOfOneNameAreNotMixedUp() throws Exception {
    Identity first = new Identity("a-b", "c");
    Identity second = new Identity("a", "b-c");
    Attachment attachment = new Generator(1).attachment(first);
    write(kept().keeping(first, Attachments.document(attachment)).orElseThrow());
    assertThatThrownBy(() -> kept().keeping(second, "{}"))
        .isInstanceOfSatisfying(
            Failure.class,
            failure ->
                assertThat(failure.errors().get(0).fault())
                    .isEqualTo(new HostFault.KeptByAnother(folder + "/a-b-c.json", "a-b", "c")));
    assertThat(kept().forgetting(second)).isEmpty();
    assertThat(kept().forgetting(first)).isPresent();
  }

  @Test
  void aNameThatIsAPathRemovesNothing() throws Exception {
    Files.writeString(folder.resolve("x-y.json"), "{}");
    KeptFolder below =
        KeptFolder.of(Optional.of(folder.resolve("sub").toString()), SourceFiles.LOCAL);
    Files.createDirectory(folder.resolve("sub"));
    assertThat(below.forgetting(new Identity("../x", "y"))).isEmpty();
    assertThat(below.forgetting(new Identity("..", "/../x-y"))).isEmpty();
  }

  @Test
  void aFileThatCannotBeReadIsOverwrittenAndRemoved() throws Exception {
    Files.writeString(folder.resolve("web-1.json"), "half a docu");
    Identity who = new Identity("web", "1");
    assertThat(kept().keeping(who, "{}")).isPresent();
    assertThat(kept().forgetting(who)).isPresent();
  }

  @Test
  void theUsualFolderNeedNotBeThere() {
    KeptFolder usual = new KeptFolder(folder.resolve("nix").toString(), false, SourceFiles.LOCAL);
    assertThat(usual.read(PORTMAP, Documents.Need.ALL)).isEqualTo(Documents.NONE);
    KeptFolder named = new KeptFolder(folder.resolve("nix").toString(), true, SourceFiles.LOCAL);
    assertThat(named.read(PORTMAP, Documents.Need.ALL).errors())
        .extracting(InputError::fault)
        .containsExactly(DocumentFault.Plain.NOT_FOUND);
    assertThat(kept().read(PORTMAP, Documents.Need.ALL).errors()).isEmpty(); // empty
  }

  /** A record that says the same counts once, a dead one not at all, and another is an error. */
  @Test
  void whatIsKeptAndRecordedCountsOnce() throws Exception {
    Generator make = new Generator(4);
    Attachment attachment = make.attachment(new Identity("web", "1"));
    Attachment other =
        Attachments.withHostPortsFrom(make.attachment(new Identity("web", "1")), 30_000);
    Attachment third = make.attachment(new Identity("web", "3"));
    Documents kept = documents(Attachments.document(attachment));
    Documents same = documents(Attachments.record(Attachments.document(attachment), "/a"));
    Documents another = documents(Attachments.record(Attachments.document(other), "/a"));
    Documents more = documents(Attachments.record(Attachments.document(third), "/a"));

    Documents both = kept.with(same, a -> false);
    assertThat(both.errors()).isEmpty();
    assertThat(both.attachments()).isEqualTo(kept.attachments());
    assertThat(kept.with(another, a -> false).errors())
        .extracting(e -> e.fault().code())
        .containsExactly("duplicate");
    Documents dead = kept.with(another, a -> true);
    assertThat(dead.errors()).isEmpty();
    assertThat(dead.attachments()).isEqualTo(kept.attachments());
    assertThat(kept.with(more, a -> false).attachments())
        .extracting(a -> a.identity().containerId())
        .containsExactly("1", "3");
  }

  private static Documents documents(String text) {
    return Documents.read(
        List.of("-"),
        new java.io.ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)),
        PORTMAP,
        Documents.Need.ALL);
  }
}
