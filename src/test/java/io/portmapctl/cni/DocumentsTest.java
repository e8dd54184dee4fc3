package io.portmapctl.cni;

import static org.assertj.core.api.Assertions.assertThat;

import io.portmapctl.cni.Documents.Need;
import io.portmapctl.net.Family;
import io.portmapctl.text.Octets;
import io.portmapctl.view.FaultText;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each kind of document, how much of it must be right, and what the code of each error is. */
class DocumentsTest {
  private static final String RUNTIME =
      "'runtimeConfig':{'portMappings':[{'hostPort':8080,'containerPort':80}]}";
  private static final String RESULT =
      "'prevResult':{'cniVersion':'1.0.0','ips':[{'address':'10.1.2.3/24'}]}";
  private static final String PLUGIN = "{'type':'portmap'," + RUNTIME + "," + RESULT + "}";
  private static final String NETCONF = netconf("'x':0");
  private static final String LIST =
      "{'name':'web','cniVersion':'1.0.0','plugins':[{'type':'bridge'}," + PLUGIN + "]}";

  private static String netconf(String more) {
    return "{'name':'web','cniVersion':'1.0.0','type':'portmap',"
        + more
        + ","
        + RUNTIME
        + ","
        + RESULT
        + "}";
  }

  private static String attachment(String config) {
    return "{'containerID':'c1','ifName':'eth1','config':" + config + "}";
  }

  private static String record(String config) {
    byte[] bytes = config.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return "{'kind':'cniCacheV1','containerId':'c1','ifName':'eth1','networkName':'web','netns':'/run/n',"
        + "'config':'"
        + Base64.getEncoder().encodeToString(bytes)
        + "','capabilityArgs':{'portMappings':[{'hostPort':8080,'containerPort':80}]},"
        + RESULT.replace("prevResult", "result")
        + "}";
  }

  private static Documents read(Need need, String text) {
    byte[] bytes = text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return Documents.read(
        List.of("-"), new ByteArrayInputStream(bytes), Overrides.pluginType("portmap"), need);
  }

  @Test
  void everyKindSaysTheSame() {
    for (String document :
        List.of(attachment(NETCONF), attachment(LIST), record(NETCONF), record(LIST))) {
      Documents read = read(Need.ALL, document);
      assertThat(read.errors()).as(document).isEmpty();
      Attachment found = read.attachments().get(0);
      assertThat(found.identity()).isEqualTo(new Identity("web", "c1"));
      assertThat(found.ifName()).isEqualTo("eth1");
      assertThat(found.mappings()).hasSize(1);
      assertThat(found.address(Family.IPV4).orElseThrow()).hasToString("10.1.2.3/24");
      assertThat(found.cached()).isEqualTo(document.contains("cniCacheV1"));
      assertThat(found.netns().isPresent()).isEqualTo(found.cached());
    }
  }

  @Test
  void placesOfPortmapsOwnConfiguration() {
    assertThat(place(attachment(NETCONF))).isEqualTo("config.snat");
    assertThat(place(attachment(LIST))).isEqualTo("config.plugins[1].snat");
    assertThat(place(record(LIST))).isEqualTo("config.plugins[1].snat");
  }

  private static String place(String document) {
    return read(Need.ALL, document).origins().get(0).path("snat");
  }

  @Test
  void otherKindsSayWhatTheyAre() {
    assertOther("{'cniVersion':'1.0.0','ips':[]}", "a CNI result alone, ");
    assertOther("{'type':'multus','name':'n'}", "a configuration of plugin \"multus\", ");
    assertOther(attachment("{'type':'bridge'}"), "a configuration of plugin \"bridge\", ");
    assertOther(record("{'type':'bridge'}"), "a configuration of plugin \"bridge\", ");
    assertOther("{'plugins':[{'type':'bridge'}]}", "a configuration list without a plugin ");
    assertOther("7", "expected a JSON object, found 7");
  }

  private static void assertOther(String document, String reason) {
    for (Need need : List.of(Need.ALL, Need.IDENTITY)) {
      List<InputError> errors = read(need, document).errors();
      assertThat(errors).as(document).hasSize(1);
      assertThat(errors.get(0).fault().code()).isEqualTo("other-kind");
      assertThat(FaultText.of(errors.get(0).fault())).startsWith(reason);
    }
  }

  @Test
  void anOwnerIsKnownWhateverElseIsWrong() {
    String wrong = attachment(netconf("'backend':'nftables','conditionsV4':['-j']"));
    assertThat(codes(Need.ALL, wrong)).containsExactly("unknown-value", "not-allowed");
    for (Need need : List.of(Need.OWNER, Need.IDENTITY)) {
      assertThat(read(need, wrong).attachments().get(0).identity())
          .isEqualTo(new Identity("web", "c1"));
    }
  }

  @Test
  void recordsOfOtherPluginsNameOwnersThatLive() {
    String other = record("{'name':'web','type':'multus'}");
    assertThat(read(Need.OWNER, other).attachments().get(0).identity())
        .isEqualTo(new Identity("web", "c1"));
    assertThat(codes(Need.IDENTITY, other)).containsExactly("other-kind");
  }

  @Test
  void conditionsAreOctets() {
    String document =
        attachment(netconf("'conditionsV4':['-m','comment','--comment','B\u00fcro']"));
    List<Octets> words = read(Need.ALL, document).attachments().get(0).conditionsV4();
    assertThat(words.get(3).latin1()).isEqualTo("B\u00c3\u00bcro");
    assertThat(words.get(3).decoded()).isEqualTo("B\u00fcro");
  }

  /** What is left of a field that is wrong is not said to be missing as well. */
  @Test
  void aWrongFieldIsNotMissing() {
    assertThat(codes(Need.ALL, attachment(NETCONF.replace("'web'", "5"))))
        .containsExactly("wrong-type");
    assertThat(codes(Need.ALL, attachment(NETCONF.replace(RESULT, "'prevResult':[]"))))
        .containsExactly("wrong-type");
    assertThat(codes(Need.ALL, attachment(NETCONF.replaceFirst("'1.0.0'", "1"))))
        .containsExactly("wrong-type");
    assertThat(codes(Need.ALL, attachment(NETCONF.replace(RESULT, "'y':0"))))
        .containsExactly("missing");
  }

  @Test
  void everyErrorHasItsCode(@TempDir Path folder) throws Exception {
    Set<String> seen = new HashSet<>(Set.of("unreadable")); // root may read every file
    assertCode(seen, "missing", NETCONF);
    assertCode(seen, "wrong-type", attachment(netconf("'snat':'yes'")));
    assertCode(seen, "wrong-type", attachment(netconf("'markMasqBit':1.5")));
    assertCode(seen, "out-of-range", attachment(netconf("'markMasqBit':32")));
    assertCode(seen, "out-of-range", attachment(NETCONF.replace("8080", "99999999999")));
    assertCode(seen, "not-an-address", attachment(NETCONF.replace("10.1.2.3", "10.1.2.03")));
    assertCode(seen, "not-an-address", attachment(netconf("'conditionsV4':['-s','host']")));
    assertCode(seen, "bad-name", attachment(NETCONF.replace("'web'", "'a b'")));
    assertCode(seen, "bad-name", attachment(netconf("'externalSetMarkChain':'-x'")));
    assertCode(seen, "unknown-value", attachment(netconf("'backend':'nftables'")));
    assertCode(seen, "unknown-value", attachment(NETCONF.replaceFirst("1.0.0", "9.0.0")));
    assertCode(seen, "not-allowed", attachment(netconf("'conditionsV4':['-j','DROP']")));
    assertCode(
        seen,
        "contradiction",
        attachment(netconf("'markMasqBit':3,'externalSetMarkChain':'MARKS'")));
    assertCode(seen, "contradiction", attachment(NETCONF.replaceFirst("1.0.0", "0.4.0")));
    assertCode(seen, "duplicate", attachment(NETCONF) + attachment(NETCONF.replace("8080", "81")));
    assertCode(seen, "not-json", "{");
    assertCode(seen, "not-json", record(NETCONF).replace("'config':'", "'config':'*"));
    assertCode(seen, "empty", "");
    assertCode(seen, "other-kind", "{}");
    Path none = folder.resolve("none");
    Documents missing =
        Documents.read(
            List.of(none.toString(), folder.toString()),
            new ByteArrayInputStream(new byte[0]),
            Overrides.pluginType("portmap"),
            Need.ALL);
    assertThat(missing.errors())
        .extracting(e -> e.fault().code())
        .containsExactly("not-found", "empty");
    seen.add("not-found");
    assertThat(seen).hasSize(14).allMatch(id -> id.matches("[a-z]+(-[a-z]+)*"));
  }

  private static List<String> codes(Need need, String text) {
    return read(need, text).errors().stream().map(e -> e.fault().code()).toList();
  }

  private static void assertCode(Set<String> seen, String code, String text) {
    assertThat(codes(Need.ALL, text)).as(text).contains(code);
    seen.add(code);
  }

  /** A folder may hold what others left there; what is named on the command line may not. */
  @Test
  void otherKindsAreSkippedInFolders(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("a"), attachment(NETCONF).replace('\'', '"'));
    Files.writeString(folder.resolve("b"), "{\"type\":\"bridge\"}");
    Documents read =
        Documents.read(
            List.of(folder.toString()),
            new ByteArrayInputStream(new byte[0]),
            Overrides.pluginType("portmap"),
            Need.ALL);
    assertThat(read.attachments()).hasSize(1);
    assertThat(read.errors()).isEmpty();
    assertThat(read.skipped())
        .extracting(FaultText::of)
        .containsExactly(
            folder.resolve("b") + ": a configuration of plugin \"bridge\", not of \"portmap\"");
  }
}
