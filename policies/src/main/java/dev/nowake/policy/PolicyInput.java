package dev.nowake.policy;

import dev.nowake.model.Model;
import java.util.Map;

/**
 * All a policy may know. Immutable.
 *
 * @param file the shard the trigger is about; null for TICK and for the end of the load
 * @param args the rule's arguments, validated against {@link Policy#arguments}
 */
public record PolicyInput(
        Trigger trigger, FileView file, Model model, LoadView load, HostView host, Map<String, Object> args) {}
