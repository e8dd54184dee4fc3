package io.portmapctl.app;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Documents;
import io.portmapctl.cni.InputError;
import io.portmapctl.fault.DocumentFault;
import io.portmapctl.host.live.RestoreScript;
import io.portmapctl.net.Family;
import io.portmapctl.plan.Request;
import io.portmapctl.portmap.DesiredRules;
import io.portmapctl.portmap.Layout;
import io.portmapctl.portmap.LayoutChoice;
import io.portmapctl.portmap.LayoutNotice;
import io.portmapctl.portmap.PortmapState;
import io.portmapctl.ruleset.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The attachments whose mappings shall be there.
 *
 * @param documents what says so
 * @param layout the layout asked for; empty where each attachment's is chosen
 * @param prefixes what layout mark requires of addresses that were given by hand
 * @param spelling puts conditions into the words of the rules that are there
 */
public record DesiredMappings(
    Documents documents, Optional<Layout> layout, PrefixRule prefixes, Spelling spelling) {

  /** Requires of addresses of these families that their prefixes were given. */
  public interface PrefixRule {
    /**
     * Looks.
     *
     * @throws Failure where one is missing
     */
    void require(List<Family> families) throws Failure;
  }

  /**
   * What is asked of the planner on certain tables.
   *
   * @param requests the requests
   * @param leftOut what is wrong with attachments that are left out
   * @param notices what the layouts warn of
   */
  public record Requests(
      List<Request.Publish> requests, List<InputError> leftOut, List<LayoutNotice> notices) {}

  /**
   * The same without the dead, who are told.
   *
   * @param dead which are
   */
  public DesiredMappings without(Predicate<Attachment> dead, Notes notes) {
    notes.dead(documents.attachments().stream().filter(dead).toList());
    return new DesiredMappings(documents.without(dead), layout, prefixes, spelling);
  }

  /**
   * Chooses each attachment's layout.
   *
   * @throws Failure where an address lacks the prefix that its layout needs
   */
  public Requests on(List<Table> tables) throws Failure {
    List<Family> families = tables.stream().map(Table::family).toList();
    List<LayoutNotice> notices = new ArrayList<>();
    PortmapState state = new PortmapState(tables);
    List<Request.Publish> requests = new ArrayList<>();
    List<InputError> leftOut = new ArrayList<>();
    for (int i = 0; i < documents.attachments().size(); i++) {
      Attachment attachment = documents.attachments().get(i);
      Documents.Origin origin = documents.origins().get(i);
      LayoutChoice choice =
          layout.isEmpty()
              ? auto(attachment, origin, state)
              : LayoutChoice.asked(layout.get(), state);
      Optional<LayoutNotice> notice = choice.layout().notice(state);
      if (notice.isPresent() && !notices.contains(notice.get())) {
        notices.add(notice.get());
      }
      if (choice.layout().needsPrefix(attachment)) {
        prefixes.require(families);
      }
      Map<String, DocumentFault> wrong =
          new LinkedHashMap<>(choice.layout().errors(attachment, tables));
      families.forEach(f -> wrong.putAll(tooLong(attachment, choice.layout(), f)));
      wrong.forEach(
          (field, fault) ->
              leftOut.add(new InputError(origin.source(), origin.path(field), fault)));
      if (wrong.isEmpty()) {
        requests.add(new Request.Publish(spelling.of(attachment, choice.layout(), tables), choice));
      }
    }
    return new Requests(List.copyOf(requests), List.copyOf(leftOut), List.copyOf(notices));
  }

  private static LayoutChoice auto(
      Attachment attachment, Documents.Origin origin, PortmapState state) {
    LayoutChoice choice = LayoutChoice.auto(attachment, state);
    return origin.isByHand() ? choice.byHand() : choice;
  }

  /** The conditions that make an entry longer than a line may be, by their field. */
  private static Map<String, DocumentFault> tooLong(
      Attachment attachment, Layout layout, Family family) {
    if (attachment.conditions(family).isEmpty()) {
      return Map.of();
    }
    int longest = 0;
    for (DesiredRules.Placement entry : layout.wanted(attachment, family).entries()) {
      String line = "-I " + entry.chain() + " 99999 " + entry.rule().text().latin1();
      longest = Math.max(longest, line.length());
    }
    return longest <= RestoreScript.LONGEST
        ? Map.of()
        : Map.of(
            family == Family.IPV4 ? "conditionsV4" : "conditionsV6",
            new DocumentFault.TooLong(DocumentFault.Measured.RULE, longest, RestoreScript.LONGEST));
  }
}
