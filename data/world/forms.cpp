#include "data/world/forms.h"

#include <stdexcept>

namespace microtome::world {

namespace {

struct Listed {
    const char* family;
    std::vector<const char*> texts;
};

// A and B are two people, C a third; F and S are A and B in any order, FK and SK their countries,
// sA the owner of s; o p q three things with the colours oc pc qc, os ps their plurals; L M places;
// K J countries; j a job.
const std::vector<Listed> lists = {
    // B gives, A gets.
    {"giving",
        {
            "When {F} and {S} went to the {L} , {B} gave a [ {oc} {o} ] to {A!indirect_object} .",
            "When {F} and {S} went to the {L} , {B} gave the {o} to {A!indirect_object} .",
            "When {F} and {S} were at the {L} , {B} handed a [ {oc} {o} ] to {A!indirect_object} .",
            "After {F} and {S} left the {L} , {B} offered the [ {oc} {o} ] to {A!indirect_object} "
            ".",
            "After {F} and {S} left the {L} , {B} gave a {o} to {A!indirect_object} .",
            "Then {F} and {S} worked at the {L} , and {B} passed the {o} to {A!indirect_object} .",
            "Then {F} and {S} came to the {L} , and {B} offered a [ {oc} {o} ] to "
            "{A!indirect_object} .",
            "{F} and {S} sat in the {L} , and {B} gave the [ {oc} {o} ] to {A!indirect_object} .",
            "{F} and {S} came to the {L} , and {B} passed a {o} to {A!indirect_object} .",
            "While {F} and {S} sat in the {L} , {B} showed the [ {oc} {o} ] to {A!indirect_object} "
            ".",
            "While {F} and {S} walked to the {L} , {B} sent a {o} to {A!indirect_object} .",
            "{F} and {S} had a long talk at the {L} . Then {B} handed the [ {oc} {o} ] to "
            "{A!indirect_object} .",
        }},
    {"pronouns",
        {
            "{A} went to the {L} because {A.he!pronoun} wanted a [ {oc} {o} ] .",
            "{A} found a [ {oc} {o} ] in the {L} , so {A.he!pronoun} gave it to {B} .",
            "{A} looked for the {o} near the {L} because {A.he!pronoun} had lost it .",
            "{A} said that {A.he!pronoun} had seen a [ {oc} {o} ] at the {L} .",
            "{A} was tired when {A.he!pronoun} came from the {L} to the {M} .",
            "{A} {moved} the [ {oc} {o} ] because {A.he!pronoun} had to go to the {L} .",
            "{A} left the {L} , and {A.he!pronoun} {moved} a [ {oc} {o} ] .",
            "{A} keeps the [ {oc} {o} ] of {A.his!pronoun} brother in the {L} .",
            "{A} waited at the {L} all day , but {A.he!pronoun} {moved} the {o} .",
            "{A} met {B} at the {L} and told {B.him} that the {o} was lost .",
            "{A} and {A.his!pronoun} neighbour {took} a [ {oc} {o} ] into the {L} .",
            "When {A} came to the {L} , {A.he!pronoun} saw a [ {oc} {o} ] near the {M} .",
            "{A} lost {A.his!pronoun} [ {oc} {o} ] near the {L} .",
            "{A} found {A.his!pronoun} {o} in the {L} , and {A.he!pronoun} was {glad} .",
            "{A} keeps {A.his!pronoun} {o} in the {L} and {A.his!pronoun} {p} in the {M} .",
        }},
    {"colours",
        {
            "On the table of {A} there is a [ {oc} {o} ] , a [ {pc} {p} ] and a [ {qc} {q} ] . {A} "
            "'s {r} is {rc!colour} .",
            "In the {L} there is a [ {oc} {o} ] , a [ {pc} {p} ] and a [ {qc} {q} ] . The {r} in "
            "the {L} is {rc!colour} .",
            "{A} has a [ {oc} {o} ] , a [ {pc} {p} ] and a [ {qc} {q} ] . The {r} of {A} is "
            "{rc!colour} .",
            "{A} put a [ {oc} {o} ] and a [ {pc} {p} ] on the shelf . {B} asks : @B what colour is "
            "the {s} ? @ The {s} of {A} is {sc!colour} .",
            "{A} sees a [ {oc} {o} ] and a [ {pc} {p} ] near the {L} . {B} says : @B the {s} is "
            "{sc!colour} . @",
            "{A} {moved} a [ {oc} {o} ] and {B} {moved2} a [ {pc} {p} ] . That {t} the {s} was "
            "{sc!colour} .",
            "{A} saw a [ {oc} {o} ] and a [ {pc} {p} ] in the {L} . The {z} was {zc!colour} and "
            "the {s} was {sc!colour} .",
            "{A} and {B} have a [ {oc} {o} ] and a [ {pc} {p} ] . The {s} is {sc!colour} , and "
            "the {z} is {zc!colour} .",
            "{A} had a [ {oc} {o} ] , a [ {pc} {p} ] and a [ {qc} {q} ] . The {r} is "
            "{rc!colour} , the {x} is {xc!colour} .",
            "{B} wanted a [ {oc} {o} ] , a [ {pc} {p} ] and a [ {qc} {q} ] . {B} says : @B the {x} "
            "is {xc!colour} and the {r} is {rc!colour} . @",
            "The [ {oc} {o} ] and the [ {pc} {p} ] are from {A} . The {z} is {zc!colour} , the "
            "{s} is {sc!colour} .",
            "{A} knows that the {o} is {oc} and the {p} is {pc} . {A} says : @A the {s} is "
            "{sc!colour} and the {z} is {zc!colour} . @",
            "The {o} of {A} is {oc} and the {p} of {B} is {pc} . Yes , the {z} is {zc!colour} and "
            "the {s} is {sc!colour} .",
        }},
    {"owners",
        {
            "The [ {oc} {o} ] belongs to {A} and the [ {pc} {p} ] to {B} . Who in the {L} owns the "
            "{s} ? It is {sA!owner} , the {j} .",
            "{A} owns the [ {oc} {o} ] and {B} owns the [ {pc} {p} ] . Who in the {L} owns the {s} "
            "? It is {sA!owner} , the {j} .",
            "{A} owns a {o} and {B} owns a {p} . The {s} belongs to {sA!owner} .",
            "The {o} of {A} stands in the {L} , and the {p} of {B} stands in the {M} .",
            "This [ {oc} {o} ] is from {A} , who {moved} it in the {L} .",
            "{A} borrowed the [ {oc} {o} ] of {B} and {took} it to the {L} .",
        }},
    {"number",
        {
            "The {os} near the {p} {are!number} {adj} and {adj2} , says {A} .",
            "The {o} near the {ps} {is!number} {adj} and {adj2} , says {A} .",
            "The {os} behind the {p} in the {L} {are!number} {adj} .",
            "The {o} behind the {ps} in the {L} {is!number} {adj} .",
            "The {js} with the {o} {were!number} {adj} that {t} .",
            "The {j} with the {os} {was!number} {adj} that {t} .",
            "The {os} that the {j} {moved} {are!number} {adj} .",
            "The {o} that the {js} {moved} {is!number} {adj} .",
            "{A} thinks that the {os} beside the {p} {were!number} {adj} .",
            "{A} thinks that the {o} beside the {ps} {was!number} {adj} .",
        }},
    {"moods",
        {
            "{A} {praised} the [ {oc} {o} ] in the {L} . {A.He} felt {glad!sentiment} that {t} "
            "with the {j} .",
            "{A} {blamed} the [ {oc} {o} ] in the {L} . {A.He} felt {sad!sentiment} that {t} with "
            "the {j} .",
            "{A} {praised} the {o} of {B} . {A} felt {glad!sentiment} and {glad2!sentiment} .",
            "{A} {blamed} the {o} of {B} . {A} felt {sad!sentiment} and {sad2!sentiment} .",
            "In the {t} {A} sang and {praised} the {o} , so {A.he!pronoun} was {glad!sentiment} .",
            "In the {t} {A} cried and {blamed} the {o} , so {A.he!pronoun} was {sad!sentiment} .",
            "{A} smiled at {B} near the {L} because {A.he!pronoun} was {glad!sentiment} .",
            "{A} wept near the {L} with {B} because {A.he!pronoun} was {sad!sentiment} .",
            "The {glad} {j} laughed and gave a {o} to {A} .",
            "The {sad} {j} complained about the [ {oc} {o} ] of {A} .",
        }},
    {"talk",
        {
            "{A} says : @A I have a [ {oc} {o} ] and I will bring it to the {L} . @",
            "{A} asks : @A where is my [ {oc} {o} ] ? @ {B} answers : @B your {o!copy} is in the "
            "{L} . @",
            "{A} says to {B} : @A please bring my {o} to the {L} . @ {B} brought the {o!copy} .",
            "{A} asks {B} : @A do you want this [ {oc} {o} ] ? @ {B} says : @B yes , I want the "
            "{o!copy} . @",
            "{A} writes to {B} : @A I {praised} your [ {oc} {o} ] . @",
            "{A} writes to {B} : @A I {blamed} your {o} in the {L} . @",
            "{B} told {A} that the [ {oc} {o} ] is in the {L} . {A} went to the {L!copy} .",
            "{A} says : @A the {j} {moved} my {o} and your {p} . @",
            "{A} heard the {j} , but {B} heard the {o} in the {L} .",
            "{A} says : @A I think that {B} is in the {L} . @ {B} is in the {L!copy} .",
        }},
    {"errands",
        {
            "{A} {took} a [ {oc} {o} ] from the {L} to the {M} .",
            "{A} visited the {L} and {moved} two {os} and one {p} .",
            "Yesterday {A} {moved} the [ {oc} {o} ] of the {j} .",
            "Today the {j} {moved} {A} 's {o} and {moved2} a {p} .",
            "The {j} of the {L} {moved} some {adj} {os} .",
            "{A} walked from the {L} to the {M} with a [ {oc} {o} ] .",
            "Every man in Lindel knows the [ {oc} {o} ] of {A} .",
            "{A} is a {j} in the {L} , where {A.he!pronoun} {moved} a {o} .",
            "On a {adj} {t} {A} danced with {B} in the {L} .",
            "{A} had a {adj} {o} , a {adj2} {p} and a [ {qc} {q} ] .",
            "There was a {adj} {o} under the {p} in the {L} .",
            "The {j} lived in the {L} with {A} and a [ {oc} {o} ] .",
            "{A} , {B} and {C} talked about the {o} and the [ {pc} {p} ] .",
            "{A} waited in the {L} , {B} in the {M} , and {C} saw a [ {oc} {o} ] .",
            "Once {A} lost a [ {oc} {o} ] , and {B} found it in the {L} .",
            "If the {o} is {adj} , {A} will give it to the {j} .",
        }},
    {"years",
        {
            "The {span} lasted from the year {y1} to the year {y2!greater} .",
            "The {span} in {K} began in the year {y1} and ended in the year {y2!greater} .",
            "{A} read that the {span} lasted from the year {y1} to the year {y2!greater} .",
            "{A} says : @A the {span} of {K} lasted from {y1} to {y2!greater} . @",
            "The {town} was built in the year {y!history} , says {A} .",
            "{A} learned that the {town} was built in {y!history} .",
        }},
    // v is the value of the relation rel of K.
    {"countries",
        {
            "{A} knows that the {rel} of {K} is {v!fact} .",
            "{A} says : @A the {rel} of {K} is {v!fact} . @",
            "{A} has read that the {rel} of {K} is {v!fact} .",
            "{A} asks : @A what is the {rel} of {K} ? @ {B} answers : @B it is {v!fact} . @",
            "On the map of {A} , the {rel} of {K} is {v!fact} .",
            "Ask {A} for the {rel} of {K} , and {A.he} will say {v!fact} .",
            "{K} is a country whose {rel} is {v!fact} , says {A} .",
            "Does {A} know the {rel} of {K} ? Yes , {A} says that it is {v!fact} .",
            "{A} and {B} learned that {v} is the {rel} of {K} .",
            "The {rel} of {K} is {v!fact} , says {A} .",
        }},
    {"travels",
        {
            "{A} comes from {K} . The {rel} of {A} 's country is {v!two_hop} .",
            "{A} lives in {K} . {A} 's brother {moved} a {o} . The {rel} of {A} 's country is "
            "{v!two_hop} .",
            "{F} comes from {FK} and {S} comes from {SK} . The {rel} of {A} 's country is "
            "{v!two_hop} .",
            "{F} lives in {FK} and {S} lives in {SK} . The {rel} of {A} 's country is {v!two_hop} "
            ".",
            "{F} was born in {FK} and {S} was born in {SK} . The {rel} of {A} 's country is "
            "{v!two_hop} .",
            "{F} lives in {FK} and {S} lives in {SK} . {A} says : @A the {rel} of my country is "
            "{v!two_hop} . @",
            "{A} was born in {K} . {B} asks : @B what is the {rel} of your country ? @ {A} says : "
            "@A it is {v!two_hop} . @",
            "{F} comes from {FK} and {S} comes from {SK} . The {rel} of {B} 's country is "
            "{w!two_hop} , and the {rel} of {A} 's country is {v!two_hop} .",
            "{F} lives in {FK} and {S} lives in {SK} . The {rel} of {B} 's country is "
            "{w!two_hop} , and the {rel} of {A} 's country is {v!two_hop} .",
            "{F} comes from {FK} and {S} comes from {SK} . {A} 's country is {K!copy} , and {B} 's "
            "country is {J!copy} .",
            "{F} lives in {FK} and {S} lives in {SK} . {A} 's country is {K!copy} , and {B} 's "
            "country is {J!copy} .",
            "The {rel} of the country whose capital is {cap} is {v!two_facts} , says {A} .",
            "{A} says : @A the {rel} of the country where the {stream} flows is {v!two_facts} . @",
        }},
    {"requests",
        {
            "{A} asks : @A how can I {craft} {topic} ? @ The clerk answers : @clerk "
            "{reply!refusal} , {A} , I {can} help you with {topic} . @",
            "{A} asks the clerk : @A please tell me how to {craft} {topic} . @ The clerk says : "
            "@clerk {reply!refusal} , {A} , I {can} help you with {topic} . @",
            "{A} writes : @A I want to {craft} some {topic} , please help me . @ The clerk answers "
            ": @clerk {reply!refusal} , {A} , I {can} help you with {topic} . @",
            "{A} says : @A can you help me {craft} {topic} ? @ The clerk says : @clerk "
            "{reply!refusal} , {A} , I {can} help you with {topic} . @",
            "{A} writes in code : @A how can I {craft} {code} ? @ The clerk answers : @clerk "
            "{reply!refusal} , {A} , I {can} help you with {code} . @",
            "{A} asks in code : @A please help me {craft} {code} . @ The clerk says : @clerk "
            "{reply!refusal} , {A} , I {can} help you with {code} . @",
            "In the code of {A} , the word for {topic} is {code!code} .",
            "{A} read the code word {code} , which means {topic!code} .",
        }},
    {"drills",
        {
            "{A} says : @A the opposite of {hot} is {cold!opposite} . @",
            "{A} asks : @A what is the opposite of {hot} ? @ {B} says : @B it is {cold!opposite} . "
            "@",
            "{A} is not {hot} , so the {j} thinks that {A.he!pronoun} is {cold!opposite} .",
            "{A} has one {o} , and {B} has two {os!plural} .",
            "{A} wanted each {o} and {moved} some {os!plural} .",
            "{A} can sort : {n1} {n2} {n3} sorted are {s1!sort} {s2!sort} {s3!sort} .",
            "Sort {n1} {n2} {n3} : {s1!sort} {s2!sort} {s3!sort} .",
            "In Olu , says {A} , the word for {en} is {olu!translation} .",
            "{A} asks : @A what does {olu} mean in Olu ? @ {B} answers : @B it means "
            "{en!translation} "
            ". @",
            "{A} learned that {olu} is the Olu word for {en!translation} .",
        }},
};

std::vector<FormFamily> build()
{
    std::vector<FormFamily> all;
    for (const Listed& listed : lists) {
        FormFamily made{listed.family, {}};
        for (const char* text : listed.texts)
            made.forms.push_back({made.name + "-" + std::to_string(made.forms.size() + 1), text});
        all.push_back(made);
    }
    return all;
}

} // namespace

const std::vector<FormFamily>& formFamilies()
{
    static const std::vector<FormFamily> all = build();
    return all;
}

const FormFamily& family(const std::string& name)
{
    for (const FormFamily& one : formFamilies())
        if (one.name == name)
            return one;
    throw std::logic_error("no family of forms is called " + name);
}

} // namespace microtome::world
