"""`views.*`: modals, opened with a trigger and stacked at most three high, and Home tabs."""

from tests.slack import limits
from tests.slack.api import method
from tests.slack.asked import Asked, Refusal
from tests.slack.backstage import Backstage, Trigger
from tests.slack.clock import elapsed_s
from tests.slack.methods.chat import telling
from tests.slack.payloads import view_json
from tests.slack.rates import Tier
from tests.slack.records import App, Json, Team, User, View
from tests.slack.world import numbered

HIGHEST = 3
"""Facts §5: so many views may lie on each other."""


@method("views.open", tier=Tier.T4)
def open_modal(asked: Asked) -> Json:
    trigger = _trigger(asked)
    body = _body(asked, "modal")
    mine = asked.stage.world.modals[trigger.user]
    mine[:] = [view for view in mine if view.app is not asked.by.app]
    return _answer(stacked(asked.stage, asked.by.app, asked.team, trigger.user, body))


@method("views.push", tier=Tier.T4)
def push(asked: Asked) -> Json:
    """Only from within a modal: the trigger has to come from one."""
    trigger = _trigger(asked)
    if trigger.view is None or trigger.view.is_home:
        raise Refusal("not_found")
    body = _body(asked, "modal")
    return _answer(stacked(asked.stage, asked.by.app, asked.team, trigger.user, body))


@method("views.update", tier=Tier.T4)
def update(asked: Asked) -> Json:
    """With a hash only if nobody has changed the view since."""
    view = _named(asked)
    if asked.text("hash") and asked.text("hash") != view.hash:
        raise Refusal("hash_conflict")
    replace(asked.stage, view, _body(asked, "modal"))
    return _answer(view)


@method("views.publish", tier=Tier.T4)
def publish(asked: Asked) -> Json:
    user, world = asked.user("user_id"), asked.stage.world
    body = _body(asked, "home")
    view = world.homes.get((user, asked.by.app.id))
    if view is None:
        view = new_view(asked.stage, asked.by.app, asked.team, user, body)
        world.homes[(user, asked.by.app.id)] = view
    else:
        if asked.text("hash") and asked.text("hash") != view.hash:
            raise Refusal("hash_conflict")
        replace(asked.stage, view, body)
    return _answer(view)


# ---- also for what an app answers to a submission --------------------------------------------------------------------


def stacked(stage: Backstage, app: App, team: Team, user: User, body: Json) -> View:
    """
    Put a modal before *user*, on top of those the app has there.

    Raises:
        Refusal: `push_limit_reached`, `duplicate_external_id`.
    """
    mine = stage.world.modals[user]
    below = stage.world.topmost(user, app)
    if len([view for view in mine if view.app is app]) >= HIGHEST:
        raise Refusal("push_limit_reached")
    external = body.get("external_id")
    if external and any(view.body.get("external_id") == external for view in stage.world.views.values()):
        raise Refusal("duplicate_external_id")
    view = new_view(stage, app, team, user, body)
    view.previous, view.root = below, below and (below.root or below)
    mine.append(view)
    return view


def new_view(stage: Backstage, app: App, team: Team, user: User, body: Json) -> View:
    body = {**body, "blocks": numbered(body["blocks"])}
    view = View(
        id=stage.world.new_id("V"), app=app, team=team, user=user, body=body, hash=_hash(stage), values=initial(body)
    )
    stage.world.views[view.id] = view
    return view


def replace(stage: Backstage, view: View, body: Json) -> None:
    """What was filled in stays where block and action keep their ids."""
    before = view.values
    view.body = {**body, "blocks": numbered(body["blocks"])}
    view.values = initial(view.body)
    for block_id, actions in view.values.items():
        for action_id in actions:
            if action_id in before.get(block_id, {}):
                actions[action_id] = before[block_id][action_id]
    view.hash, view.errors = _hash(stage), {}


def initial(body: Json) -> dict[str, dict[str, Json]]:
    """Return `state.values` of a view nobody has touched yet."""
    return {
        block["block_id"]: {block["element"]["action_id"]: empty(block["element"])}
        for block in body["blocks"]
        if block.get("type") == "input"
    }


def empty(element: Json) -> Json:
    """Return the state of an element with what the app filled in, under the key that its type has."""
    kind = element["type"]
    state: Json = {"type": kind, VALUE_OF.get(kind, "value"): [] if kind in _MANY else None}
    for key, value in element.items():
        if key.startswith("initial_"):
            state[VALUE_OF.get(kind, "value")] = value
    return state


VALUE_OF = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}

_MANY = {kind for kind, key in VALUE_OF.items() if key.endswith("s")}


def checked(stage: Backstage, method: str, body: object, kind: str) -> Json:
    """
    Raises:
        Refusal: `invalid_arguments`, with every violation.
    """
    found = limits.in_view(body)
    if isinstance(body, dict) and body.get("type") != kind:
        found.append(limits.Violation(f"must be a {kind}", "/view/type"))
    if found:
        stage.violations += [(method, violation) for violation in found]
        raise Refusal("invalid_arguments", **telling(found))
    assert isinstance(body, dict)
    return body


def _body(asked: Asked, kind: str) -> Json:
    return checked(asked.stage, asked.method, asked.json("view"), kind)


def _trigger(asked: Asked) -> Trigger:
    """Facts §5: it serves once, for about three seconds, and only the app it was given to."""
    named = asked.text("trigger_id") or asked.text("interactivity_pointer")
    trigger = asked.stage.triggers.get(named)
    if trigger is None or trigger.app is not asked.by.app:
        raise Refusal("invalid_trigger_id")
    if trigger.used:
        raise Refusal("exchanged_trigger_id")
    if elapsed_s() - trigger.made_at > asked.stage.trigger_life_s:
        raise Refusal("expired_trigger_id")
    trigger.used = True
    return trigger


def _named(asked: Asked) -> View:
    world = asked.stage.world
    view = world.views.get(asked.text("view_id"))
    if external := asked.text("external_id"):
        view = next((each for each in world.views.values() if each.body.get("external_id") == external), None)
    if view is None or view.app is not asked.by.app or (not view.is_home and view not in world.modals[view.user]):
        raise Refusal("not_found")
    return view


def _answer(view: View) -> Json:
    return {"view": view_json(view)}


def _hash(stage: Backstage) -> str:
    return f"{int(stage.world.clock.now_s())}.{stage.world.secret('')[-8:]}"
